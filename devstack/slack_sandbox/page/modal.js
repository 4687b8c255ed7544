/**
 * Modals: the top of the picked person's stack of views.
 *
 * Promise: a form is drawn anew only when its view's id or hash changed, and what was typed stays even then; errors
 * stand under their block; while the app is thinking nothing can be sent twice.
 */

import { closeView, ControlError, sendAction, submitView } from './api.js';
import { renderBlocks, showErrors } from './blocks.js';
import { byId, el, icon } from './dom.js';
import { plainText } from './mrkdwn.js';
import { actionProblem, appName, readerOf, refusal } from './state.js';

/** @typedef {import('./types.js').View} View */

/**
 * @param {import('./state.js').Store} store
 * @param {{onchange: () => Promise<void>}} listeners `onchange` fetches the views again
 */
export function createModal(store, { onchange }) {
  /** @type {HTMLDialogElement} */
  const dialog = byId('modal');
  /** @type {Map<string, Map<string, any>>} */
  const typed = new Map();
  let drawn = '';
  /** @type {{view: View, blocks: HTMLElement, surface: import('./elements.js').Surface} | null} */
  let open = null;

  /** @param {import('./state.js').State} state */
  function render(state) {
    const { of, stack } = state.views;
    const top = of === state.me ? stack.at(-1) : undefined;
    for (const id of typed.keys()) if (of === state.me && !stack.some((view) => view.id === id)) typed.delete(id);
    const signature = top ? `${of} ${top.id} ${top.hash} ${refusal(state)}` : '';
    if (signature === drawn) return;
    drawn = signature;
    if (!top) return dialog.close();
    draw(top, state);
    if (!dialog.open) dialog.showModal();
  }

  /**
   * @param {View} view
   * @param {import('./state.js').State} state
   */
  function draw(view, state) {
    const surface = surfaceOf(view, state);
    const blocks = renderBlocks(view.blocks, surface);
    const isPushed = state.views.stack.length > 1;
    const title = plainText(view.title);
    open = { view, blocks, surface };
    dialog.setAttribute('aria-label', title);
    dialog.replaceChildren(el('form', { novalidate: true, onsubmit: submit },
      el('header', {},
        el('h2', { dir: 'auto' }, title),
        el('button', { type: 'button', class: 'button is-icon', 'aria-label': isPushed ? 'Back' : 'Close', onclick: close },
          icon(isPushed ? 'back' : 'close'))),
      el('div', { class: 'modal-body', tabindex: '-1' }, blocks),
      el('p', { id: 'modal-problem', class: 'problem', role: 'alert' }),
      el('footer', {},
        el('button', { type: 'button', class: 'button', onclick: close }, plainText(view.close) || 'Close'),
        view.submit && el('button', { class: 'button primary', disabled: !surface.canAct || view.submit_disabled }, plainText(view.submit)))));
    focusFirst(dialog, blocks);
  }

  /**
   * @param {View} view
   * @param {import('./state.js').State} state
   * @returns {import('./elements.js').Surface}
   */
  function surfaceOf(view, state) {
    const values = typed.get(view.id) ?? new Map();
    typed.set(view.id, values);
    return {
      reader: readerOf(state),
      canAct: refusal(state) === '',
      dispatch: async (action) => {
        const answer = await attempt(() => sendAction({ user: state.me, view: view.id, ...action }));
        return answer ? actionProblem(store.get(), answer) : '';
      },
      valueOf: (block, action) => values.get(nameOf(block, action)),
      keep: (block, action, value) => values.set(nameOf(block, action), value),
    };
  }

  /**
   * @param {View} view
   * @returns {Record<string, Record<string, any>>} what the person entered or chose, by block and action
   */
  function entered(view) {
    /** @type {Record<string, Record<string, any>>} */
    const values = {};
    const present = elementsOf(view);
    for (const [name, value] of typed.get(view.id) ?? []) {
      const [block, action] = JSON.parse(name);
      if (present.has(name)) values[block] = { ...values[block], [action]: value };
    }
    return values;
  }

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    if (!open || dialog.getAttribute('aria-busy') === 'true') return;
    const { view, blocks } = open;
    showErrors(blocks, {});
    const answer = await attempt(() => submitView(view.id, store.get().me, entered(view)));
    const unplaced = showErrors(blocks, answer?.errors ?? {});
    if (unplaced.length) say(unplaced.join(' '));
    if (answer?.view_outcome === 'failed') {
      say(`${appName(store.get())} could not take this in. What you entered is still here: try again.`);
    }
  }

  async function close() {
    const view = open?.view.id;
    if (view && dialog.getAttribute('aria-busy') !== 'true') await attempt(() => closeView(view, store.get().me));
  }

  /**
   * Runs one request of the form, shows that it waits, and keeps the form when it fails.
   * @template Answer
   * @param {() => Promise<Answer>} request
   * @returns {Promise<Answer | undefined>} undefined when it failed
   */
  async function attempt(request) {
    say('');
    dialog.setAttribute('aria-busy', 'true');
    try {
      const answer = await request();
      await onchange();
      return answer;
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      say(`${error.message} What you entered is still here.`);
      if (error.status === 404) await onchange();
      return undefined;
    } finally {
      dialog.setAttribute('aria-busy', 'false');
    }
  }

  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    close();
  });
  dialog.addEventListener('close', () => {
    // Browsers let a second Escape close a dialog whatever the page says; the view is still on the stack then.
    if (drawn === '') return;
    drawn = '';
    render(store.get());
  });
  store.watch((state) => [state.views, state.me, refusal(state)], render);
}

/**
 * The names of the elements a view holds now; what was typed into others is of no use any more.
 * @param {View} view
 * @returns {Set<string>}
 */
function elementsOf(view) {
  const named = view.blocks.flatMap((block) =>
    [block.accessory, block.element, ...(block.elements ?? [])].map((element) => nameOf(block.block_id, element?.action_id)));
  return new Set(named);
}

/**
 * @param {string} block
 * @param {string} action
 */
const nameOf = (block, action) => JSON.stringify([block, action]);

/** @param {string} problem */
function say(problem) {
  const line = document.getElementById('modal-problem');
  if (line) line.textContent = problem;
}

/**
 * @param {HTMLElement} dialog
 * @param {HTMLElement} blocks
 */
function focusFirst(dialog, blocks) {
  const wanted = blocks.querySelector('[autofocus]') ?? blocks.querySelector('input, textarea, select');
  const target = wanted ?? dialog.querySelector('.modal-body');
  setTimeout(() => /** @type {HTMLElement | null} */ (target)?.focus());
}
