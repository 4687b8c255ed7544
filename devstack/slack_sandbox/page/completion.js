/**
 * The list of suggestions over the composer.
 *
 * Promise: the focus stays in the text, arrows move the choice, Tab or Enter takes it,
 * Escape closes the list until the text changes.
 */

import { byId, el } from './dom.js';
import { suggest } from './suggestions.js';

/** @typedef {import('./suggestions.js').Suggestion} Suggestion */

/**
 * @param {HTMLTextAreaElement} input
 * @param {import('./state.js').Store} store
 * @param {() => void} onchange runs after a suggestion was written into the input
 * @returns {{take: (event: KeyboardEvent) => boolean, close: () => void}} `take` says whether the key was used up
 */
export function createCompletion(input, store, onchange) {
  const list = byId('suggestions');
  /** @type {Suggestion[]} */
  let offered = [];
  let chosen = 0;

  function refresh() {
    offered = suggest(input.value, input.selectionStart, store.get());
    chosen = 0;
    draw();
  }

  function draw() {
    list.hidden = offered.length === 0;
    list.replaceChildren(...offered.map(row));
    if (list.hidden) return input.removeAttribute('aria-activedescendant');
    input.setAttribute('aria-activedescendant', `suggestion-${chosen}`);
    byId(`suggestion-${chosen}`).scrollIntoView({ block: 'nearest' });
  }

  /**
   * @param {Suggestion} suggestion
   * @param {number} index
   */
  function row({ label, about }, index) {
    const attributes = { id: `suggestion-${index}`, role: 'option', 'aria-selected': String(index === chosen) };
    // The focus must not leave the text, so the choice happens before the browser moves it.
    const onpointerdown = (/** @type {Event} */ event) => {
      event.preventDefault();
      accept(index);
    };
    return el('li', { ...attributes, onpointerdown }, el('span', { dir: 'auto' }, label), el('small', { dir: 'auto' }, about));
  }

  /** @param {number} index */
  function accept(index) {
    const { from, text } = offered[index];
    input.setRangeText(text, from, input.selectionStart, 'end');
    input.focus();
    onchange();
    refresh();
  }

  function close() {
    offered = [];
    draw();
  }

  /** @param {KeyboardEvent} event */
  function take(event) {
    const key = event.key === 'Tab' && !event.shiftKey ? 'Enter' : event.key;
    if (offered.length === 0 || event.shiftKey || !['ArrowUp', 'ArrowDown', 'Enter', 'Escape'].includes(key)) return false;
    event.preventDefault();
    if (key === 'Enter') accept(chosen);
    else if (key === 'Escape') close();
    else {
      chosen = (chosen + (key === 'ArrowDown' ? 1 : offered.length - 1)) % offered.length;
      draw();
    }
    return true;
  }

  input.addEventListener('input', refresh);
  input.addEventListener('blur', close);
  return { take, close };
}
