/**
 * Dialogs that ask one question.
 *
 * Promise: the answer is true only for the confirming button; Escape, closing and the other button mean false.
 */

import { el } from './dom.js';
import { plainText, renderText } from './mrkdwn.js';

/**
 * @param {any} confirm a Block Kit confirmation object
 * @param {import('./types.js').Reader} reader
 * @returns {Promise<boolean>}
 */
export function askConfirm(confirm, reader) {
  const deny = el('button', { value: 'no', class: 'button' }, plainText(confirm.deny) || 'Cancel');
  const style = confirm.style === 'danger' ? 'danger' : 'primary';
  const agree = el('button', { value: 'yes', class: `button ${style}` }, plainText(confirm.confirm) || 'OK');
  const title = el('h2', { dir: 'auto' }, plainText(confirm.title));
  const dialog = /** @type {HTMLDialogElement} */ (
    el('dialog', { class: 'dialog is-small', 'aria-label': title.textContent },
      el('form', { method: 'dialog' }, title, confirm.text && renderText(confirm.text, reader),
        el('footer', {}, deny, agree)))
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
