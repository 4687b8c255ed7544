/**
 * What the composer offers to complete: commands at the start, @people and #channels anywhere.
 *
 * Promise: pure functions of the text, the caret and the state; nothing is offered for text without a match.
 */

import { USAGES } from './commands.js';
import { channelsOf, nameOf } from './state.js';

/**
 * @typedef {object} Suggestion
 * @property {string} label what is offered
 * @property {string} about
 * @property {number} from where the replaced part begins; it ends at the caret
 * @property {string} text what replaces it
 * @property {boolean} isChosen whether Enter takes it at once; not so where the text is a whole command already
 */

const MOST = 8;

/**
 * @param {string} text
 * @param {number} caret
 * @param {import('./state.js').State} state
 * @returns {Suggestion[]}
 */
export function suggest(text, caret, state) {
  const before = text.slice(0, caret);
  const word = /(?:^|\s)([@#])([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!word) return caret === text.length ? commandSuggestions(before) : [];
  const offered = word[1] === '@' ? people(state, word[2]) : channels(state, word[2]);
  const from = caret - word[2].length - 1;
  return offered.slice(0, MOST).map(({ name, about }) => ({
    label: word[1] + name, about, from, text: `${word[1]}${name} `, isChosen: true,
  }));
}

/**
 * How the typed command goes on, once it is clear which one it is.
 * @param {string} text
 * @returns {import('./commands.js').Usage | undefined}
 */
export function usageOf(text) {
  const words = text.trimStart().split(/\s+/);
  return USAGES.find((usage) => usage.text.trim().split(' ').every((word, index) => words[index] === word));
}

/**
 * @param {string} typed
 * @returns {Suggestion[]}
 */
function commandSuggestions(typed) {
  const matching = USAGES.filter(({ text }) => typed.startsWith('/') && text.startsWith(typed) && text.trim() !== typed.trim());
  const isWhole = USAGES.some(({ text }) => text.split(' ')[0] === typed.trim());
  return matching.map(({ text, usage, about }) => ({ label: usage, about, from: 0, text, isChosen: !isWhole }));
}

/**
 * @param {import('./state.js').State} state
 * @param {string} prefix
 */
function people({ workspace }, prefix) {
  const active = (workspace?.people ?? []).filter((person) => !person.deleted);
  return active
    .filter((person) => [person.name, ...nameOf(person).split(' ')].some((name) => startsWith(name, prefix)))
    .map((person) => ({ name: person.name, about: nameOf(person) }));
}

/**
 * @param {import('./state.js').State} state
 * @param {string} prefix
 */
function channels(state, prefix) {
  return channelsOf(state)
    .filter((channel) => startsWith(channel.name ?? '', prefix))
    .map((channel) => ({ name: channel.name ?? '', about: channel.purpose?.value ?? '' }));
}

/**
 * @param {string} name
 * @param {string} prefix
 */
const startsWith = (name, prefix) => name.toLowerCase().startsWith(prefix.toLowerCase());
