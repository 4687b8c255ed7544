/**
 * The shapes that travel between the sandbox server and this page, for editors and `tsc --checkJs`. No code.
 *
 * Promise: only the fields this page reads are named; everything else of Slack's objects is left alone.
 */

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name the handle
 * @property {string} [real_name]
 * @property {string} [tz]
 * @property {boolean} [deleted]
 * @property {boolean} [is_bot]
 * @property {boolean} [is_restricted]
 * @property {boolean} [is_ultra_restricted]
 * @property {boolean} [is_stranger]
 * @property {number | null} [snooze_until] epoch seconds
 * @property {{real_name?: string, display_name?: string}} [profile]
 */

/**
 * @typedef {object} Channel
 * @property {string} id
 * @property {string} [name]
 * @property {boolean} [is_im]
 * @property {boolean} [is_private]
 * @property {boolean} [is_archived]
 * @property {string} [user] the person of a DM
 * @property {string[]} members
 * @property {{value: string}} [topic]
 * @property {{value: string}} [purpose]
 */

/**
 * @typedef {object} Workspace
 * @property {{id: string, name: string, domain: string}} team
 * @property {{id: string, bot_id: string, bot_user_id: string}} app
 * @property {Person[]} people
 * @property {Channel[]} channels
 * @property {{title: string, url: string}[]} [links]
 */

/**
 * @typedef {object} Message
 * @property {string} ts
 * @property {string} channel
 * @property {string} [user]
 * @property {string} [bot_id]
 * @property {string} [username]
 * @property {string} [subtype]
 * @property {string} [text]
 * @property {any[]} [blocks]
 * @property {any[]} [attachments]
 * @property {string} [thread_ts]
 * @property {{user: string, ts: string}} [edited]
 * @property {boolean} [is_ephemeral]
 */

/**
 * @typedef {object} View
 * @property {string} id
 * @property {string} [hash]
 * @property {{text: string}} title
 * @property {{text: string} | null} [submit]
 * @property {{text: string} | null} [close]
 * @property {boolean} [submit_disabled]
 * @property {any[]} blocks
 */

/**
 * @typedef {object} Delivery
 * @property {string} id
 * @property {'pending' | 'withheld' | 'ok' | 'operation_timeout' | 'dispatch_failed'} outcome
 * @property {number} at epoch seconds
 * @property {any} payload
 */

/** @typedef {{changed: string, channel?: string, user?: string}} Change */

/** @typedef {{sockets: number, transport: 'socket' | 'http' | 'none'}} Health */

/**
 * What is needed to show a text to a person: names for ids, and the reader's place in time.
 * @typedef {object} Reader
 * @property {string} me
 * @property {string} zone
 * @property {Map<string, Person>} people
 * @property {Map<string, Channel>} channels
 */

export {};
