/**
 * The layout blocks of Block Kit.
 *
 * Promise: nothing is dropped in silence. A block this page does not know is shown as "unsupported block: TYPE"; an
 * image is shown as its alt text, because this page loads nothing from elsewhere.
 */

import { el, freshId, icon } from './dom.js';
import { renderElement, sendChange, unsupported } from './elements.js';
import { createField } from './fields.js';
import { plainText, renderText } from './mrkdwn.js';

/** @typedef {import('./elements.js').Surface} Surface */

/** @type {Record<string, (block: any, surface: Surface) => HTMLElement>} */
const RENDERERS = { section, header, divider, context, actions, input, image };

/**
 * @param {any[]} blocks
 * @param {Surface} surface
 * @returns {HTMLElement}
 */
export function renderBlocks(blocks, surface) {
  return el('div', { class: 'blocks' }, blocks.map((block) => renderBlock(block, surface)));
}

/**
 * @param {any} block
 * @param {Surface} surface
 */
function renderBlock(block, surface) {
  const node = RENDERERS[block.type]?.(block, surface) ?? unsupported('block', block.type);
  node.dataset.block = block.block_id ?? '';
  return node;
}

/**
 * @param {any} block
 * @param {Surface} surface
 */
function section({ text, fields, accessory, ...block }, surface) {
  const body = el('div', { class: 'section-body' },
    text && el('div', {}, renderText(text, surface.reader)),
    fields && el('div', { class: 'fields' },
      fields.map((/** @type {any} */ field) => el('div', {}, renderText(field, surface.reader)))));
  return el('div', { class: 'block section' }, body, accessory && accessoryOf(accessory, block, surface));
}

/**
 * @param {any} accessory
 * @param {any} block
 * @param {Surface} surface
 */
const accessoryOf = (accessory, block, surface) =>
  accessory.type === 'image' ? image(accessory) : renderElement(accessory, block, surface);

/**
 * @param {any} block
 * @param {Surface} _surface
 */
function header({ text }, _surface) {
  return el('h3', { class: 'block header', dir: 'auto' }, plainText(text));
}

function divider() {
  return el('hr', { class: 'block' });
}

/**
 * @param {any} block
 * @param {Surface} surface
 */
function context({ elements }, surface) {
  return el('div', { class: 'block context' }, elements.map((/** @type {any} */ element) =>
    element.type === 'image' ? image(element) : el('div', {}, renderText(element, surface.reader))));
}

/**
 * @param {any} block
 * @param {Surface} surface
 */
function actions(block, surface) {
  return el('div', { class: 'block actions' },
    block.elements.map((/** @type {any} */ element) => renderElement(element, block, surface)));
}

/** @param {any} block */
function image({ alt_text: alt, title }) {
  const text = plainText(title) || alt || 'no description';
  return el('div', { class: 'block image', role: 'img', 'aria-label': alt }, icon('image'), el('span', { dir: 'auto' }, text));
}

/**
 * A labelled field of a form. Its error, put there by `showErrors`, is tied to the control.
 * @param {any} block
 * @param {Surface} surface
 */
function input(block, surface) {
  const { block_id: id, element, label, hint, optional, dispatch_action: dispatches } = block;
  const [control, title, note, error] = ['control', 'label', 'hint', 'error'].map(freshId);
  const described = [hint && note, error].filter(Boolean).join(' ');
  const field = createField(element, {
    reader: surface.reader,
    value: surface.valueOf(id, element.action_id),
    attributes: { id: control, 'aria-labelledby': title, 'aria-describedby': described, disabled: !surface.canAct },
  });
  if (!field) return unsupported('element', element.type);
  field.node.addEventListener('input', () => surface.keep(id, element.action_id, field.read()));
  if (dispatches) field.node.addEventListener('change', () => sendChange(field.node, block, field.read(), surface));
  return el('div', { class: 'block input' },
    el('label', { id: title, for: control, dir: 'auto' }, plainText(label), optional && el('small', {}, ' (optional)')),
    field.node,
    hint && el('p', { id: note, class: 'hint', dir: 'auto' }, plainText(hint)),
    el('p', { id: error, class: 'field-error', role: 'alert', dir: 'auto' }));
}

/**
 * Shows each error under its block, clears the others, and focuses the first.
 * @param {HTMLElement} blocks
 * @param {Record<string, string>} errors by block id
 * @returns {string[]} the errors of blocks that are not here
 */
export function showErrors(blocks, errors) {
  const remaining = new Map(Object.entries(errors));
  for (const line of blocks.querySelectorAll('.field-error')) {
    const block = /** @type {HTMLElement} */ (line.closest('[data-block]'));
    const error = remaining.get(block.dataset.block ?? '') ?? '';
    remaining.delete(block.dataset.block ?? '');
    line.textContent = error;
    block.classList.toggle('is-wrong', error !== '');
    block.querySelector('input, textarea, select')?.setAttribute('aria-invalid', String(error !== ''));
  }
  /** @type {HTMLElement | null} */ (blocks.querySelector('.is-wrong :is(input, textarea, select)'))?.focus();
  return [...remaining.values()];
}
