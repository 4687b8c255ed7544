/**
 * What this browser remembers: the picked person and channel, what was read, drafts and typed commands.
 *
 * Promise: the address (#user=U…&channel=C…) wins over what was remembered, so two windows can be two people; a draft
 * belongs to one window and survives a reload of it.
 */

const PLACE = 'slack-sandbox.place';
const HISTORY_LENGTH = 50;

/**
 * @param {Storage} storage
 * @param {string} key
 * @param {any} otherwise
 */
function recall(storage, key, otherwise) {
  return JSON.parse(storage.getItem(key) ?? 'null') ?? otherwise;
}

/** @returns {{user?: string, channel?: string}} where to begin */
export function rememberedPlace() {
  const { user, channel } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  return user ? { user, channel } : recall(localStorage, PLACE, {});
}

/**
 * @param {string} user
 * @param {string | undefined} channel
 */
export function rememberPlace(user, channel) {
  /** @type {Record<string, string>} */
  const place = channel ? { user, channel } : { user };
  localStorage.setItem(PLACE, JSON.stringify(place));
  history.replaceState(null, '', `#${new URLSearchParams(place)}`);
}

/**
 * @param {string} user
 * @param {string} channel
 * @returns {string} the ts of the last message seen there
 */
export const lastRead = (user, channel) => recall(localStorage, `slack-sandbox.read.${user}`, {})[channel] ?? '0';

/**
 * @param {string} user
 * @param {string} channel
 * @param {string | undefined} ts
 */
export function rememberRead(user, channel, ts) {
  if (!ts) return;
  const key = `slack-sandbox.read.${user}`;
  localStorage.setItem(key, JSON.stringify({ ...recall(localStorage, key, {}), [channel]: ts }));
}

/**
 * @param {string} conversation
 * @returns {string}
 */
export const draftOf = (conversation) => sessionStorage.getItem(`draft.${conversation}`) ?? '';

/**
 * @param {string} conversation
 * @param {string} text
 */
export const rememberDraft = (conversation, text) => sessionStorage.setItem(`draft.${conversation}`, text);

/**
 * @param {string} user
 * @returns {string[]} what the person typed, newest first
 */
export const typedBy = (user) => recall(localStorage, `slack-sandbox.typed.${user}`, []);

/**
 * @param {string} user
 * @param {string} text
 */
export function rememberTyped(user, text) {
  const others = typedBy(user).filter((typed) => typed !== text);
  localStorage.setItem(`slack-sandbox.typed.${user}`, JSON.stringify([text, ...others].slice(0, HISTORY_LENGTH)));
}
