/**
 * The messages of the open conversation, with what the person typed between them.
 *
 * Promise: a message that did not change keeps its node, so neither focus nor a half-made choice is lost; new messages
 * are announced; the list stays at its end unless the person scrolled up.
 */

import { byId, el, icon } from './dom.js';
import { messageNode, typedNode } from './message.js';
import { spokenText, typedText } from './mrkdwn.js';
import { appName, conversationKey, nameOf, personOf, readerOf } from './state.js';
import { dayLabel, dayOf } from './time.js';
import { welcome } from './welcome.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./state.js').State} State */
/** @typedef {{key: string, at: number, author: string, signature: string, draw: () => HTMLElement}} Entry */
/** @typedef {import('./message.js').OnAction} OnAction */

const GROUP_SECONDS = 300;

/**
 * @param {import('./state.js').Store} store
 * @param {{onaction: OnAction, onexample: (text: string) => void}} listeners
 */
export function createMessages(store, { onaction, onexample }) {
  const list = byId('messages');
  /** @type {Map<string, {signature: string, node: HTMLElement}>} */
  let drawn = new Map();
  let shown = '';
  let atEnd = true;

  list.addEventListener('scroll', () => {
    atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  });
  new ResizeObserver(() => {
    if (atEnd) list.scrollTop = list.scrollHeight;
  }).observe(list);

  /** @param {State} state */
  function render(state) {
    if (!state.timeline) return;
    const isNew = shown !== state.timeline.of;
    const follow = isNew || atEnd;
    const entries = entriesOf(state, onaction);
    announce(state, isNew ? entries : entries.filter((entry) => !drawn.has(entry.key)), isNew);
    const focused = focusedAction(list);
    drawn = reconcile(list, isNew ? new Map() : drawn, grouped(entries, state));
    if (entries.length === 0) list.replaceChildren(welcome(state, onexample));
    shown = state.timeline.of;
    restoreFocus(list, focused);
    if (follow) list.scrollTop = list.scrollHeight;
  }

  store.watch((state) => [state.timeline, state.pending, state.workspace, state.me], render);
}

/**
 * @param {State} state
 * @param {OnAction} onaction
 * @returns {Entry[]} oldest first
 */
function entriesOf(state, onaction) {
  const timeline = /** @type {import('./state.js').Timeline} */ (state.timeline);
  const commands = timeline.commands.map((delivery) => commandEntry(delivery, state));
  const pending = state.pending && timeline.of === conversationKey(state) ? [pendingEntry(state.pending, state)] : [];
  const messages = timeline.messages.map((message) => messageEntry(message, state, onaction));
  return [...commands, ...pending, ...messages].sort((a, b) => a.at - b.at);
}

/**
 * @param {Message} message
 * @param {State} state
 * @param {OnAction} onaction
 * @returns {Entry}
 */
function messageEntry(message, state, onaction) {
  return {
    key: message.ts,
    at: Number(message.ts),
    author: message.is_ephemeral ? `only ${message.ts}` : (message.user ?? ''),
    signature: JSON.stringify(message),
    draw: () => messageNode(message, state, onaction),
  };
}

/**
 * @param {import('./types.js').Delivery} delivery
 * @param {State} state
 * @returns {Entry}
 */
function commandEntry({ id, at, payload, outcome }, state) {
  const text = `${payload.command} ${typedText(payload.text, readerOf(state))}`.trim();
  const failed = outcome !== 'ok' && icon('alert');
  return { key: id, at, author: id, signature: outcome, draw: () => typedNode(text, at, state, failed) };
}

/**
 * @param {{text: string, at: number}} pending
 * @param {State} state
 * @returns {Entry}
 */
function pendingEntry({ text, at }, state) {
  const waiting = el('span', { class: 'waiting', role: 'status' }, `waiting for ${appName(state)}…`);
  return { key: `pending ${at}`, at, author: 'pending', signature: '', draw: () => typedNode(text, at, state, waiting) };
}

/**
 * Day dividers, and the mark on a message that continues the one above it.
 * @param {Entry[]} entries
 * @param {State} state
 * @returns {Entry[]}
 */
function grouped(entries, state) {
  const { zone } = readerOf(state);
  const context = zone + JSON.stringify(state.workspace?.people.map((person) => [person.name, person.deleted])) + state.me;
  return entries.flatMap((entry, index) => {
    const before = entries[index - 1];
    const day = dayOf(entry.at, zone);
    const isNewDay = !before || dayOf(before.at, zone) !== day;
    const continues = !isNewDay && before.author === entry.author && entry.at - before.at < GROUP_SECONDS;
    const marked = {
      ...entry,
      signature: `${entry.signature}${continues}${context}`,
      draw() {
        const node = entry.draw();
        node.classList.toggle('is-continued', continues);
        return node;
      },
    };
    return isNewDay ? [dayEntry(day, entry.at, zone), marked] : [marked];
  });
}

/**
 * @param {string} day
 * @param {number} at
 * @param {string} zone
 * @returns {Entry}
 */
function dayEntry(day, at, zone) {
  const label = dayLabel(at, zone);
  const draw = () => el('h2', { class: 'day' }, el('span', {}, label));
  return { key: `day ${day}`, at, author: '', signature: label, draw };
}

/**
 * @param {HTMLElement} list
 * @param {Map<string, {signature: string, node: HTMLElement}>} drawn
 * @param {Entry[]} entries
 */
function reconcile(list, drawn, entries) {
  const next = new Map(entries.map((entry) => {
    const old = drawn.get(entry.key);
    const fresh = old?.signature === entry.signature ? old : { signature: entry.signature, node: entry.draw() };
    return [entry.key, fresh];
  }));
  const nodes = [...next.values()].map(({ node }) => node);
  for (const child of [...list.children]) if (!nodes.includes(/** @type {HTMLElement} */ (child))) child.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  return next;
}

/**
 * @param {State} state
 * @param {Entry[]} entries
 * @param {boolean} isNew
 */
function announce(state, entries, isNew) {
  const keys = new Set(entries.map((entry) => entry.key));
  const fresh = isNew ? [] : (state.timeline?.messages ?? []).filter((message) => keys.has(message.ts));
  const reader = readerOf(state);
  byId('announcer').textContent = fresh
    .map((message) => `${nameOf(personOf(state, message.user))}: ${spokenText(message.text ?? '', reader)}`)
    .join('. ');
}

/** @param {HTMLElement} list */
function focusedAction(list) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  if (!focused || !list.contains(focused)) return null;
  const message = /** @type {HTMLElement | null} */ (focused.closest('[data-ts]'));
  return { ts: message?.dataset.ts, action: focused.dataset.action };
}

/**
 * After an update the focus goes to the same control, or to the message if the control is gone.
 * @param {HTMLElement} list
 * @param {{ts?: string, action?: string} | null} focused
 */
function restoreFocus(list, focused) {
  if (!focused?.ts || list.contains(document.activeElement)) return;
  const message = /** @type {HTMLElement | null} */ (list.querySelector(`[data-ts="${CSS.escape(focused.ts)}"]`));
  const control = message?.querySelector(`[data-action="${CSS.escape(focused.action ?? '')}"]`);
  /** @type {HTMLElement | null} */ (control ?? message)?.focus({ preventScroll: true });
}
