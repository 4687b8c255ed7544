/**
 * One request made from a part of the page that shows its own failures.
 *
 * Promise: while it runs the part is `aria-busy`; a ControlError is written into the part's `.problem` line; any other
 * error is a mistake in the page and is thrown.
 */

import { ControlError } from './api.js';

/**
 * @param {HTMLElement} part
 * @param {() => Promise<unknown>} request
 * @returns {Promise<boolean>} whether it was made; false as well while another one runs
 */
export async function attempt(part, request) {
  if (part.getAttribute('aria-busy') === 'true') return false;
  part.setAttribute('aria-busy', 'true');
  say(part, '');
  try {
    await request();
    return true;
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    say(part, error.message);
    return false;
  } finally {
    part.setAttribute('aria-busy', 'false');
  }
}

/**
 * @param {HTMLElement} part
 * @param {string} problem
 */
function say(part, problem) {
  const line = part.querySelector('.problem');
  if (line) line.textContent = problem;
}
