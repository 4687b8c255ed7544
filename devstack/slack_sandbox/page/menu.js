/**
 * A button that opens a list to choose from: the person picker, overflow menus, selects in messages.
 *
 * Promise: works with the keyboard alone (arrows, Home, End, a first letter, Escape) and gives the focus back.
 */

import { el, freshId, icon } from './dom.js';

/**
 * @typedef {object} MenuItem
 * @property {string} value
 * @property {import('./dom.js').Child | import('./dom.js').Child[]} label
 * @property {boolean} [checked]
 */

/**
 * @param {object} options
 * @param {string} options.label what is chosen here; it also names a button that shows no text
 * @param {import('./dom.js').Child | import('./dom.js').Child[]} options.face what the button shows
 * @param {() => MenuItem[]} options.items asked at each opening
 * @param {(value: string) => void} options.onchoose
 * @param {string} [options.className]
 * @param {boolean} [options.disabled]
 * @param {boolean} [options.choice] whether the items are alternatives of which one is checked
 * @returns {HTMLElement} holds the button (`button`) and its list
 */
export function createMenu({ label, face, items, onchoose, className = 'button', disabled, choice = false }) {
  const id = freshId('menu');
  const list = el('div', { id, class: 'menu', popover: 'auto', role: 'menu', 'aria-label': label });
  const attributes = { class: className, 'aria-haspopup': 'menu', 'aria-expanded': 'false' };
  const button = /** @type {HTMLButtonElement} */ (
    el('button', { type: 'button', popovertarget: id, disabled, ...attributes }, face)
  );
  if (!button.textContent) button.setAttribute('aria-label', label);
  const choose = (/** @type {string} */ value) => {
    list.hidePopover();
    onchoose(value);
  };
  list.addEventListener('beforetoggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'open') return;
    list.replaceChildren(...items().map((item) => menuItem(item, choice, choose)));
  });
  list.addEventListener('toggle', (event) => onToggled(/** @type {ToggleEvent} */ (event), button, list));
  list.addEventListener('keydown', (event) => moveFocus(event, list));
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    list.showPopover();
  });
  return el('span', { class: 'menu-holder' }, button, list);
}

/**
 * @param {MenuItem} item
 * @param {boolean} choice
 * @param {(value: string) => void} choose
 */
function menuItem({ value, label, checked }, choice, choose) {
  const role = choice ? 'menuitemradio' : 'menuitem';
  const attributes = { role, tabindex: '-1', 'aria-checked': choice ? String(Boolean(checked)) : undefined };
  const mark = choice && el('span', { class: 'menu-mark' }, checked && icon('check'));
  return el('button', { type: 'button', class: 'menu-item', ...attributes, onclick: () => choose(value) }, mark,
    el('span', { class: 'menu-label', dir: 'auto' }, label));
}

/**
 * @param {ToggleEvent} event
 * @param {HTMLElement} button
 * @param {HTMLElement} list
 */
function onToggled(event, button, list) {
  const open = event.newState === 'open';
  button.setAttribute('aria-expanded', String(open));
  if (!open) return;
  place(list, button.getBoundingClientRect());
  const first = list.querySelector('[aria-checked="true"]') ?? list.querySelector('.menu-item');
  /** @type {HTMLElement | null} */ (first)?.focus();
}

/**
 * Below the button, or above it where there is more room.
 * @param {HTMLElement} list
 * @param {DOMRect} anchor
 */
export function place(list, anchor) {
  const gap = 4;
  const edge = 8;
  const below = innerHeight - anchor.bottom - edge;
  const above = anchor.top - edge;
  const upwards = below < list.scrollHeight && above > below;
  list.style.minWidth = `${anchor.width}px`;
  list.style.maxHeight = `${(upwards ? above : below) - gap}px`;
  const left = Math.min(anchor.left, innerWidth - list.offsetWidth - edge);
  list.style.left = `${Math.max(edge, left)}px`;
  list.style.top = upwards ? `${anchor.top - list.offsetHeight - gap}px` : `${anchor.bottom + gap}px`;
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} list
 */
function moveFocus(event, list) {
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.menu-item')]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const target = targetOf(event.key, at, items);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

/**
 * @param {string} key
 * @param {number} at
 * @param {HTMLElement[]} items
 * @returns {HTMLElement | undefined}
 */
function targetOf(key, at, items) {
  if (key === 'ArrowDown') return items[(at + 1) % items.length];
  if (key === 'ArrowUp') return items.at(at - 1);
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  const starts = (/** @type {HTMLElement} */ item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase());
  return [...items.slice(at + 1), ...items.slice(0, at + 1)].find(starts);
}
