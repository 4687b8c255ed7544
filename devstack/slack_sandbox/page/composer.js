/**
 * The line in which slash commands are typed.
 *
 * Promise: typed text is only removed once the app has answered the command; whatever fails, and whoever is picked
 * meanwhile, it is still there. Arrow up brings back what was typed before.
 */

import { ControlError, sendCommand } from './api.js';
import { createCompletion } from './completion.js';
import { byId } from './dom.js';
import { draftOf, rememberDraft, rememberTyped, typedBy } from './memory.js';
import { appName, channelId, conversationKey, refusal } from './state.js';
import { usageOf } from './suggestions.js';
import { now } from './time.js';

/** @typedef {import('./state.js').State} State */

/**
 * @param {import('./state.js').Store} store
 * @param {{onsent: () => Promise<void>}} listeners
 * @returns {{write: (text: string) => void}} puts text into the line, without sending it
 */
export function createComposer(store, { onsent }) {
  const form = byId('composer');
  /** @type {HTMLTextAreaElement} */
  const input = byId('composer-input');
  const completion = createCompletion(input, store, () => input.dispatchEvent(new Event('input')));
  let back = -1;
  let conversation = '';

  /** @param {string} text */
  function write(text) {
    input.value = text;
    input.dispatchEvent(new Event('input'));
    input.focus();
  }

  async function submit() {
    const state = store.get();
    const text = input.value.trim();
    if (!text || state.pending || refusal(state)) return;
    if (!text.startsWith('/')) return say(notACommand(state), true);
    completion.close();
    store.set({ pending: { text, at: now() } });
    const failure = await send(state, text);
    if (failure) say(failure, true);
    else if (draftOf(conversationKey(state)).trim() === text) forget(conversationKey(state));
    store.set({ pending: null });
  }

  /**
   * @param {State} state
   * @param {string} text
   * @returns {Promise<string>} what went wrong; empty when the app has answered
   */
  async function send(state, text) {
    rememberTyped(state.me, text);
    back = -1;
    try {
      const { outcome } = await sendCommand({ user: state.me, channel: channelId(state), text });
      await onsent();
      return outcome === 'ok' ? '' : `${appName(state)} did not answer properly (${outcome}). Your text is still here.`;
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      return `${error.message} Your text is still here.`;
    }
  }

  /** @param {string} of the conversation whose draft has been sent */
  function forget(of) {
    rememberDraft(of, '');
    if (of === conversation) input.value = '';
    input.dispatchEvent(new Event('input'));
  }

  /** @param {number} step into the past */
  function recall(step) {
    const typed = typedBy(store.get().me);
    back = Math.max(-1, Math.min(back + step, typed.length - 1));
    const kept = back;
    write(typed[back] ?? '');
    back = kept;
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (event.isComposing || completion.take(event)) return;
    const isPast = event.key === 'ArrowUp' && (input.value === '' || back >= 0);
    const isFuture = event.key === 'ArrowDown' && back >= 0;
    if (event.key === 'Enter' && !event.shiftKey) submit();
    else if (isPast || isFuture) recall(isPast ? 1 : -1);
    else return;
    event.preventDefault();
  }

  input.addEventListener('keydown', onkeydown);
  input.addEventListener('input', () => {
    back = -1;
    rememberDraft(conversation, input.value);
    grow(input);
    say(hint(input.value, store.get()), false);
  });
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  store.watch((state) => [state.me, state.channel, state.workspace, state.pending], (state) => {
    const isElsewhere = conversation !== conversationKey(state);
    conversation = conversationKey(state);
    if (isElsewhere) input.value = draftOf(conversation);
    const isBusy = state.pending !== null;
    input.disabled = refusal(state) !== '';
    input.readOnly = isBusy;
    input.placeholder = refusal(state) || 'Type / for commands';
    form.setAttribute('aria-busy', String(isBusy));
    byId('composer-send').disabled = isBusy || input.disabled;
    grow(input);
    if (isElsewhere) say(hint(input.value, state), false);
  });
  return { write };
}

/**
 * @param {string} text
 * @param {boolean} isProblem
 */
function say(text, isProblem) {
  const line = byId('composer-hint');
  line.textContent = text;
  line.classList.toggle('is-problem', isProblem);
}

/**
 * @param {string} text
 * @param {State} state
 */
function hint(text, state) {
  if (text && !text.startsWith('/')) return notACommand(state);
  const usage = usageOf(text);
  return usage ? `${usage.usage} — ${usage.about}` : 'Enter sends · Shift+Enter: new line · ↑: what you typed before';
}

/** @param {State} state */
const notACommand = (state) =>
  `Only slash commands reach ${appName(state)} from here. Start with /task or /relay; your text stays.`;

/** @param {HTMLTextAreaElement} input */
function grow(input) {
  input.style.height = 'auto';
  input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
}
