/**
 * How a person looks on the page: initials on a colour, and badges.
 *
 * Promise: the same person has the same colour everywhere and at every start.
 */

import { el } from './dom.js';
import { nameOf } from './state.js';

/** @typedef {import('./types.js').Person} Person */

/**
 * @param {Person | undefined} person
 * @param {string} [className]
 * @returns {HTMLElement} decoration: the name stands beside it
 */
export function avatar(person, className = '') {
  const isBot = person?.is_bot ? 'is-bot' : '';
  const shown = { 'aria-hidden': 'true', 'data-initials': initials(nameOf(person)) };
  const node = el('span', { class: `avatar ${isBot} ${className}`, ...shown });
  node.style.setProperty('--hue', String(hueOf(person?.name ?? '')));
  return node;
}

/**
 * @param {Person | undefined} person
 * @returns {HTMLElement[]}
 */
export function badges(person) {
  if (!person) return [];
  const snoozed = Number(person.snooze_until ?? 0) > Date.now() / 1000;
  const named = {
    bot: person.is_bot,
    guest: person.is_restricted || person.is_ultra_restricted,
    'other workspace': person.is_stranger,
    deactivated: person.deleted,
    snoozed,
  };
  return Object.entries(named)
    .filter(([, holds]) => holds)
    .map(([name]) => el('span', { class: `badge is-${name.split(' ')[0]}` }, name));
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join('') || '?';
}

/**
 * Twelve steps around the colour wheel, so that neighbours can be told apart.
 * @param {string} name
 */
function hueOf(name) {
  const sum = [...name].reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 65521, 7);
  return (sum % 12) * 30;
}
