/**
 * The list of suggestions over the composer.
 *
 * Promise: the focus stays in the text, arrows move the choice, Tab or Enter takes it, Escape closes the list until
 * the text changes. A text that is a whole command is sent by Enter unless an arrow has chosen something.
 */

import { byId, el } from './dom.js';
import { suggest } from './suggestions.js';

/** @typedef {import('./suggestions.js').Suggestion} Suggestion */

const NONE = -1;

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
  let chosen = NONE;

  function refresh() {
    offered = suggest(input.value, input.selectionStart, store.get());
    chosen = offered[0]?.isChosen ? 0 : NONE;
    draw();
  }

  function draw() {
    list.hidden = offered.length === 0;
    list.replaceChildren(...offered.map(row));
    if (list.hidden || chosen === NONE) return input.removeAttribute('aria-activedescendant');
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
    const act = event.shiftKey || offered.length === 0 ? undefined : keys[event.key];
    if (!act || (event.key === 'Enter' && chosen === NONE)) return false;
    event.preventDefault();
    act();
    return true;
  }

  /** @param {number} index */
  function choose(index) {
    chosen = index;
    draw();
  }

  /** @type {Record<string, () => void>} */
  const keys = {
    Enter: () => accept(chosen),
    Tab: () => accept(Math.max(chosen, 0)),
    Escape: close,
    ArrowDown: () => choose((chosen + 1) % offered.length),
    ArrowUp: () => choose(chosen > 0 ? chosen - 1 : offered.length - 1),
  };

  input.addEventListener('input', refresh);
  input.addEventListener('blur', close);
  return { take, close };
}
