/**
 * The slash commands the composer knows by heart, with a usage hint for each.
 *
 * Promise: only hints. Any other slash command is delivered just the same, and the app answers it.
 */

/**
 * @typedef {object} Usage
 * @property {string} text what choosing it writes
 * @property {string} usage how to go on
 * @property {string} about
 */

/** @type {Usage[]} */
export const USAGES = [
  { text: '/task new ', usage: '/task new TITLE @person by WHEN', about: 'make a task, your own or someone’s' },
  { text: '/task list', usage: '/task list', about: 'what is yours, and what you wait for' },
  { text: '/task show ', usage: '/task show T-42', about: 'one task' },
  { text: '/task progress ', usage: '/task progress T-42 60', about: 'say how far it is, 0 to 100' },
  { text: '/task done ', usage: '/task done T-42', about: 'mark it complete' },
  { text: '/task help', usage: '/task help', about: 'all that can be typed' },
  { text: '/relay ', usage: '/relay @person T-42 NOTE', about: 'hand a task over; /relay alone opens a form' },
];

/**
 * Commands to begin with, one click away while a conversation is empty.
 * @param {string | undefined} colleague a handle
 * @returns {string[]}
 */
export function examples(colleague) {
  const whom = colleague ? ` @${colleague}` : '';
  return [`/task new Renew the certificate${whom} by tomorrow 17:00`, '/task', '/task list', '/task help'];
}
