/**
 * One message, or one typed command, as it stands in the list.
 *
 * Promise: says who wrote it and when, in the reader's zone, and who else can see it; Slack's own error lines look
 * like errors.
 */

import { avatar, badges } from './avatar.js';
import { renderBlocks } from './blocks.js';
import { el, icon } from './dom.js';
import { unsupported } from './elements.js';
import { renderMrkdwn } from './mrkdwn.js';
import { appOf, nameOf, personOf, readerOf, refusal } from './state.js';
import { clock, exactTime } from './time.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./state.js').State} State */
/** @typedef {(message: Message, action: import('./elements.js').Action) => Promise<string>} OnAction */

const SLACK_ITSELF = 'USLACKBOT';

/**
 * @param {Message} message
 * @param {State} state
 * @param {OnAction} onaction
 * @returns {HTMLElement}
 */
export function messageNode(message, state, onaction) {
  const isError = message.user === SLACK_ITSELF;
  const marks = [message.is_ephemeral && 'is-ephemeral', isError && 'is-error'].filter(Boolean).join(' ');
  const author = isError ? undefined : (personOf(state, message.user) ?? appOf(state));
  return el('article', { class: `message ${marks}`, tabindex: '-1', 'data-ts': message.ts },
    isError ? el('span', { class: 'avatar is-slack', 'aria-hidden': 'true' }, icon('alert')) : avatar(author),
    el('div', { class: 'message-body' }, head(message, author, readerOf(state).zone), content(message, state, onaction)));
}

/**
 * @param {string} text
 * @param {number} at
 * @param {State} state
 * @param {import('./dom.js').Child} note how it went, or that it waits
 * @returns {HTMLElement}
 */
export function typedNode(text, at, state, note) {
  const { zone } = readerOf(state);
  return el('div', { class: 'typed', title: 'What you typed. Slack hands it to the app and posts nothing.' },
    el('time', { title: exactTime(at, zone) }, clock(at, zone)), el('code', { dir: 'auto' }, text), note);
}

/**
 * @param {Message} message
 * @param {import('./types.js').Person | undefined} author none for Slack itself
 * @param {string} zone
 */
function head(message, author, zone) {
  const at = Number(message.ts);
  const edited = message.edited && exactTime(Number(message.edited.ts), zone);
  return el('header', {},
    el('strong', { dir: 'auto' }, message.username || nameOf(author) || 'Slack'),
    author?.is_bot && badges(author),
    el('time', { datetime: new Date(at * 1000).toISOString(), title: exactTime(at, zone) }, clock(at, zone)),
    edited && el('span', { class: 'edited', title: edited }, '(edited)'),
    message.is_ephemeral && el('span', { class: 'note' }, icon('eye'), 'Only visible to you'),
    message.thread_ts && message.thread_ts !== message.ts && el('span', { class: 'note' }, 'Reply in a thread'));
}

/**
 * @param {Message} message
 * @param {State} state
 * @param {OnAction} onaction
 */
function content(message, state, onaction) {
  const reader = readerOf(state);
  /** @type {Map<string, any>} */
  const chosen = new Map();
  /** @type {import('./elements.js').Surface} */
  const surface = {
    reader,
    canAct: refusal(state) === '',
    dispatch: (action) => onaction(message, action),
    valueOf: (block, action) => chosen.get(JSON.stringify([block, action])),
    keep: (block, action, value) => chosen.set(JSON.stringify([block, action]), value),
  };
  return el('div', { class: 'content' },
    message.blocks?.length ? renderBlocks(message.blocks, surface) : renderMrkdwn(message.text ?? '', reader),
    message.attachments?.map(() => unsupported('block', 'attachment')));
}
