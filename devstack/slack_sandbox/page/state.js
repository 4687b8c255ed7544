/**
 * What the page knows, in one object, and who is told when a part of it changes.
 *
 * Promise: the state is replaced, never changed in place; a watcher runs only when what it selected is another value.
 */

/** @typedef {import('./types.js').Person} Person */
/** @typedef {import('./types.js').Channel} Channel */
/** @typedef {import('./types.js').Reader} Reader */

/** The conversation with the app, whatever the id of its channel is. */
export const DM = 'dm';

/**
 * @typedef {object} State
 * @property {import('./types.js').Workspace | null} workspace
 * @property {import('./types.js').Health | null} health
 * @property {boolean} lost whether the stream of changes is down
 * @property {string} me the picked person
 * @property {string} channel a channel id, or DM
 * @property {Timeline | null} timeline
 * @property {{text: string, at: number} | null} pending the command that waits for its answer
 * @property {{of: string, stack: import('./types.js').View[]}} views whose modals these are, top last
 * @property {'messages' | 'home'} tab which side of the DM is shown
 * @property {{of: string, view: import('./types.js').View | null}} home whose Home tab this is
 * @property {string[]} unread conversations of the picked person
 * @property {string[]} news other people who got a message
 * @property {any[]} faults
 */

/**
 * @typedef {object} Timeline
 * @property {string} of the conversation it belongs to, see `conversationKey`
 * @property {import('./types.js').Message[]} messages
 * @property {import('./types.js').Delivery[]} commands
 */

/** @typedef {{get: () => State, set: (patch: Partial<State>) => void, watch: Watch}} Store */
/** @typedef {(select: (state: State) => any[], run: (state: State) => void) => void} Watch */

/** @returns {Store} */
export function createStore() {
  /** @type {State} */
  let state = {
    workspace: null, health: null, lost: false, me: '', channel: DM, timeline: null, pending: null,
    views: { of: '', stack: [] }, tab: 'messages', home: { of: '', view: null }, unread: [], news: [], faults: [],
  };
  /** @type {Set<() => void>} */
  const watchers = new Set();
  return {
    get: () => state,
    set(patch) {
      state = { ...state, ...patch };
      for (const tell of watchers) tell();
    },
    watch(select, run) {
      /** @type {any[] | null} */
      let seen = null;
      watchers.add(() => {
        const selected = select(state);
        if (seen && selected.every((value, index) => Object.is(value, seen?.[index]))) return;
        seen = selected;
        run(state);
      });
    },
  };
}

/**
 * @param {State} state
 * @param {string} [id] the picked person unless given
 * @returns {Person | undefined}
 */
export const personOf = (state, id = state.me) => state.workspace?.people.find((person) => person.id === id);

/**
 * @param {State} state
 * @returns {Person | undefined} the bot user of the app
 */
export const appOf = (state) => personOf(state, state.workspace?.app.bot_user_id ?? '');

/**
 * @param {State} state
 * @returns {string}
 */
export const appName = (state) => nameOf(appOf(state)) || 'The app';

/**
 * @param {Person | undefined} person
 * @returns {string}
 */
export const nameOf = (person) => person?.profile?.real_name || person?.real_name || person?.name || '';

/**
 * @param {State} state
 * @returns {Channel | undefined} the channel behind `DM`, once the two have one
 */
export const dmOf = (state) => state.workspace?.channels.find((channel) => channel.user === state.me);

/**
 * @param {State} state
 * @returns {Channel[]} the channels the picked person is in, DMs left out
 */
export function channelsOf({ workspace, me }) {
  const seen = (/** @type {Channel} */ channel) =>
    !channel.is_im && channel.members.includes(me);
  return (workspace?.channels ?? []).filter(seen);
}

/**
 * @param {State} state
 * @returns {string | undefined} the id the control API wants; absent for the DM
 */
export const channelId = ({ channel }) => (channel === DM ? undefined : channel);

/**
 * @param {State} state
 * @returns {string}
 */
export const conversationKey = ({ me, channel }) => `${me}/${channel}`;

/**
 * @param {State} state
 * @returns {string} why the picked person can't act; empty when they can
 */
export function refusal(state) {
  const person = personOf(state);
  if (!person) return 'Pick who you are to begin.';
  if (person.is_bot) return `${nameOf(person)} is a bot. Bots do not type or click: pick a person to act.`;
  if (person.deleted) return `${nameOf(person)} is deactivated and can't act. Reactivate them in the Sandbox panel.`;
  return '';
}

/**
 * @param {State} state
 * @returns {Reader}
 */
export function readerOf({ workspace, me }) {
  const people = new Map((workspace?.people ?? []).map((person) => [person.id, person]));
  const channels = new Map((workspace?.channels ?? []).map((channel) => [channel.id, channel]));
  return { me, people, channels, zone: people.get(me)?.tz || 'UTC' };
}

/**
 * What to tell a person after a click; the sandbox stores no message about it.
 * @param {State} state
 * @param {import('./types.js').Delivery} delivery
 * @returns {string} empty when the app has answered
 */
export function actionProblem(state, { outcome }) {
  return outcome === 'ok' ? '' : `${appName(state)} did not answer this click (${outcome}). Try again.`;
}
