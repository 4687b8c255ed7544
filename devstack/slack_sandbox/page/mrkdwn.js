/**
 * Slack's mrkdwn, shown safely.
 *
 * Promise: message text only ever becomes text nodes and elements made here; links open only http, https and mailto;
 * `&amp;`, `&lt;` and `&gt;` are unescaped exactly once; each line finds its own writing direction.
 */

import { el } from './dom.js';
import { withEmoji } from './emoji.js';
import { nameOf } from './state.js';
import { exactTime, slackDate } from './time.js';

/** @typedef {import('./types.js').Reader} Reader */

const CODE_BLOCK = /```([\s\S]+?)```/;
const QUOTE = /^(?:>|&gt;) ?/;
const TOKEN = /<[^<>\n]+>|`[^`\n]+`/g;
const TOKEN_OR_ADDRESS = /<[^<>\n]+>|`[^`\n]+`|https?:\/\/[^\s<>|*~`]*[^\s<>|*~`.,;:!?)_]/g;
const EMPHASIS = /(?<![\p{L}\p{N}])([*_~])(?!\1)(?=\S)([^\n]+?)(?<=\S)\1(?![\p{L}\p{N}])/u;
const EMPHASIS_TAGS = /** @type {Record<string, string>} */ ({ '*': 'strong', _: 'em', '~': 's' });
const SAFE_LINK = /^(https?:|mailto:)/i;

// Two code points of the private use area stand around the index of a held token; the same ones in a message are
// shown as unknown characters.
const OPEN = '\uE000';
const CLOSE = '\uE001';

/**
 * @param {string} text as Slack stores it
 * @param {Reader} reader
 * @param {boolean} [isVerbatim] leaves a bare address a text, instead of making it a link
 * @returns {DocumentFragment}
 */
export function renderMrkdwn(text, reader, isVerbatim = false) {
  const held = isVerbatim ? TOKEN : TOKEN_OR_ADDRESS;
  const fragment = document.createDocumentFragment();
  text.replace(/[\uE000\uE001]/g, '\uFFFD').split(CODE_BLOCK).forEach((part, index) => {
    if (index % 2) fragment.append(el('pre', {}, el('code', {}, unescaped(part.replace(/^\n|\n$/g, '')))));
    else if (part.trim()) fragment.append(...lines(part.replace(/^\n|\n$/g, ''), reader, held));
  });
  return fragment;
}

/**
 * A text object of Block Kit: mrkdwn, or plain text in which only emoji names are replaced.
 * @param {{type: string, text: string, emoji?: boolean, verbatim?: boolean}} object
 * @param {Reader} reader
 * @returns {DocumentFragment}
 */
export function renderText(object, reader) {
  if (object.type === 'mrkdwn') return renderMrkdwn(object.text, reader, object.verbatim);
  const fragment = document.createDocumentFragment();
  fragment.append(...plainText(object).split('\n').map((line) => lineOf(line)));
  return fragment;
}

/**
 * The same plain text where only characters fit: options, placeholders, labels.
 * @param {{text: string, emoji?: boolean} | undefined | null} object
 * @returns {string}
 */
export function plainText(object) {
  if (!object) return '';
  return object.emoji === false ? object.text : withEmoji(object.text);
}

/**
 * A message's text in one line without any markup, for announcements.
 * @param {string} text
 * @param {Reader} reader
 * @returns {string}
 */
export function spokenText(text, reader) {
  const lineTexts = Array.from(renderMrkdwn(text, reader).childNodes, (node) => node.textContent);
  return lineTexts.join(' ').trim();
}

/**
 * A slash command's text as the person typed it: mentions by name again, nothing else interpreted.
 * @param {string} text
 * @param {Reader} reader
 * @returns {string}
 */
export function typedText(text, reader) {
  const named = text.replace(/<([@#]?)([^<>|]+)(?:\|([^<>]*))?>/g, (_token, sign, id, label) => {
    if (!sign) return label || id;
    const found = sign === '@' ? reader.people.get(id) : reader.channels.get(id);
    return sign + (found?.name || label || id);
  });
  return unescaped(named);
}

/**
 * @param {string} text
 * @param {Reader} reader
 * @param {RegExp} held
 * @returns {HTMLElement[]}
 */
function lines(text, reader, held) {
  /** @type {HTMLElement[]} */
  const nodes = [];
  for (const line of text.split('\n')) {
    const rendered = lineOf(...inline(line.replace(QUOTE, ''), reader, held));
    const last = nodes.at(-1);
    if (!QUOTE.test(line)) nodes.push(rendered);
    else if (last?.tagName === 'BLOCKQUOTE') last.append(rendered);
    else nodes.push(el('blockquote', {}, rendered));
  }
  return nodes;
}

/** @param {...(Node | string)} content */
const lineOf = (...content) => el('div', { class: 'line', dir: 'auto' }, ...content);

/**
 * Links, mentions and code are taken out first, so that no emphasis mark inside them counts.
 * @param {string} text
 * @param {Reader} reader
 * @param {RegExp} held what is taken out
 * @returns {(Node | string)[]}
 */
function inline(text, reader, held) {
  /** @type {Node[]} */
  const nodes = [];
  const marked = text.replace(held, (token) => `${OPEN}${nodes.push(heldNode(token, reader)) - 1}${CLOSE}`);
  return emphasised(marked, nodes);
}

/**
 * @param {string} text
 * @param {Node[]} held
 * @returns {(Node | string)[]}
 */
function emphasised(text, held) {
  const match = EMPHASIS.exec(text);
  if (!match) return leaves(text, held);
  const after = text.slice(match.index + match[0].length);
  return [
    ...leaves(text.slice(0, match.index), held),
    el(EMPHASIS_TAGS[match[1]], {}, emphasised(match[2], held)),
    ...emphasised(after, held),
  ];
}

/**
 * @param {string} text
 * @param {Node[]} held
 * @returns {(Node | string)[]}
 */
function leaves(text, held) {
  return text.split(/\uE000(\d+)\uE001/).map((part, index) => (index % 2 ? held[Number(part)] : spoken(part)));
}

/** @param {string} text */
const spoken = (text) => withEmoji(unescaped(text));

/** @param {string} text */
function unescaped(text) {
  const signs = /** @type {Record<string, string>} */ ({ '&amp;': '&', '&lt;': '<', '&gt;': '>' });
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => signs[entity]);
}

/**
 * @param {string} token `<…>`, a code span, or a bare address
 * @param {Reader} reader
 * @returns {Node}
 */
function heldNode(token, reader) {
  if (token.startsWith('`')) return el('code', {}, unescaped(token.slice(1, -1)));
  if (!token.startsWith('<')) return link(token, '');
  const [target, ...rest] = token.slice(1, -1).split('|');
  const label = rest.join('|');
  if (target.startsWith('@')) return userMention(target.slice(1), label, reader);
  if (target.startsWith('#')) return channelMention(target.slice(1), label, reader);
  if (target.startsWith('!')) return special(target.slice(1), label, reader);
  return SAFE_LINK.test(target) ? link(target, label) : document.createTextNode(unescaped(token));
}

/**
 * @param {string} address
 * @param {string} label
 */
function link(address, label) {
  const href = unescaped(address);
  const attributes = { href, title: href, target: '_blank', rel: 'noopener noreferrer', dir: 'auto' };
  return el('a', attributes, label ? spoken(label) : href.replace(/^mailto:/i, ''));
}

/**
 * @param {string} id
 * @param {string} label
 * @param {Reader} reader
 */
function userMention(id, label, reader) {
  const person = reader.people.get(id);
  const mine = id === reader.me ? ' is-me' : '';
  return el('bdi', { class: `mention${mine}`, title: nameOf(person) || undefined }, `@${person?.name || unescaped(label) || id}`);
}

/**
 * @param {string} id
 * @param {string} label
 * @param {Reader} reader
 */
function channelMention(id, label, reader) {
  const name = reader.channels.get(id)?.name || unescaped(label) || id;
  return el('bdi', { class: 'mention' }, `#${name}`);
}

/**
 * `<!here>`, `<!subteam^S1|@ops>`, `<!date^…>`.
 * @param {string} command
 * @param {string} label
 * @param {Reader} reader
 */
function special(command, label, reader) {
  const [name, ...parts] = command.split('^');
  if (name === 'date') return date(parts, unescaped(label), reader);
  const shown = unescaped(label) || name;
  return el('bdi', { class: 'mention is-me' }, shown.startsWith('@') ? shown : `@${shown}`);
}

/**
 * @param {string[]} parts unix time, format and perhaps a link
 * @param {string} fallback
 * @param {Reader} reader
 */
function date([unix, format, address], fallback, reader) {
  const epoch = Number(unix);
  if (!format || !Number.isFinite(epoch)) return document.createTextNode(fallback);
  const text = slackDate(epoch, unescaped(format), reader.zone);
  const title = exactTime(epoch, reader.zone);
  const time = el('time', { datetime: new Date(epoch * 1000).toISOString(), title }, text);
  if (!address || !SAFE_LINK.test(address)) return time;
  return el('a', { href: unescaped(address), target: '_blank', rel: 'noopener noreferrer' }, time);
}
