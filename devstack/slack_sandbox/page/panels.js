/**
 * What slides in: the Sandbox panel, and the sidebar on narrow screens.
 *
 * Promise: a closed panel can't be reached by the keyboard; Escape closes the one the focus is in and gives the focus
 * back to the button that opened it.
 */

import { byId } from './dom.js';

/** @returns {{closeSidebar: () => void}} */
export function createPanels() {
  createPanel('sandbox', 'sandbox-toggle', 'sandbox-close');
  const sidebar = createPanel('sidebar', 'sidebar-toggle', 'sidebar-close');
  return { closeSidebar: () => sidebar(false) };
}

/**
 * @param {string} name the id of the panel
 * @param {string} toggle the id of the button that opens and closes it
 * @param {string} closer the id of the button in it that closes it
 * @returns {(open: boolean) => void}
 */
function createPanel(name, toggle, closer) {
  const panel = byId(name);
  const button = byId(toggle);
  /** @param {boolean} open */
  function show(open) {
    const hadFocus = panel.contains(document.activeElement);
    panel.classList.toggle('is-open', open);
    button.setAttribute('aria-expanded', String(open));
    if (open) panel.querySelector('h2, button')?.focus();
    else if (hadFocus) button.focus();
  }
  button.addEventListener('click', () => show(!panel.classList.contains('is-open')));
  byId(closer).addEventListener('click', () => show(false));
  panel.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !document.querySelector(':popover-open')) show(false);
  });
  return show;
}
