/**
 * The app's Home tab, beside its messages.
 *
 * Promise: opening it tells the app, as Slack does; what the app publishes is shown as soon as it is there, and is
 * drawn anew only when it changed.
 */

import { ControlError, sendAction } from './api.js';
import { renderBlocks } from './blocks.js';
import { byId, el, fill } from './dom.js';
import { actionProblem, appName, DM, readerOf, refusal } from './state.js';

/** @typedef {import('./state.js').State} State */

/**
 * @param {import('./state.js').Store} store
 * @param {{ontab: (tab: 'messages' | 'home') => void, onacted: () => Promise<void>}} listeners
 */
export function createHome(store, { ontab, onacted }) {
  const panel = byId('home');
  /** @type {HTMLButtonElement[]} */
  const tabs = [byId('tab-messages'), byId('tab-home')];

  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => ontab(index ? 'home' : 'messages'));
    tab.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      tabs[1 - index].focus();
      tabs[1 - index].click();
    });
  });

  /** @param {import('./elements.js').Action} action */
  async function dispatch(action) {
    const { me, home } = store.get();
    try {
      const delivery = await sendAction({ user: me, view: home.view?.id, ...action });
      await onacted();
      return actionProblem(store.get(), delivery);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      return error.message;
    }
  }

  store.watch((state) => [state.tab, state.channel], ({ tab, channel }) => {
    const isHome = channel === DM && tab === 'home';
    byId('tabs').hidden = channel !== DM;
    panel.hidden = !isHome;
    for (const id of ['messages', 'composer']) byId(id).hidden = isHome;
    tabs.forEach((button, index) => {
      const isChosen = Boolean(index) === isHome;
      button.setAttribute('aria-selected', String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    });
  });
  store.watch((state) => [state.home.view?.hash, state.home.of, refusal(state), readerOf(state).zone], (state) => {
    fill(panel, state.home.view ? homeBlocks(state, dispatch) : nothingYet(state));
  });
}

/**
 * @param {State} state
 * @param {import('./elements.js').Surface['dispatch']} dispatch
 */
function homeBlocks(state, dispatch) {
  /** @type {Map<string, any>} */
  const chosen = new Map();
  return renderBlocks(state.home.view?.blocks ?? [], {
    reader: readerOf(state),
    canAct: refusal(state) === '',
    dispatch,
    valueOf: (block, action) => chosen.get(JSON.stringify([block, action])),
    keep: (block, action, value) => chosen.set(JSON.stringify([block, action]), value),
  });
}

/** @param {State} state */
const nothingYet = (state) =>
  el('p', { class: 'muted' }, refusal(state) || `${appName(state)} has not put anything on this tab yet.`);
