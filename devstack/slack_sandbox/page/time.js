/**
 * Times as the picked person sees them: their zone, not the browser's.
 *
 * Promise: epoch values are seconds; an unknown zone name is shown in UTC instead of failing.
 */

const DAY = 86400;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} zone
 * @param {Intl.DateTimeFormatOptions} options
 * @returns {Intl.DateTimeFormat}
 */
function formatFor(zone, options) {
  const key = zone + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: knownZone(zone) });
    formats.set(key, format);
  }
  return format;
}

/**
 * @param {string | undefined} zone
 * @returns {string} the zone, or UTC when the browser does not know it
 */
export function knownZone(zone) {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone || 'UTC' }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** @returns {string[]} all zones the browser knows, UTC first */
export function allZones() {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}

/** @returns {number} */
export const now = () => Date.now() / 1000;

/**
 * @param {number} epoch
 * @param {string} zone
 * @param {Intl.DateTimeFormatOptions} options
 */
const shown = (epoch, zone, options) => formatFor(zone, options).format(epoch * 1000);

/**
 * @param {number} epoch
 * @param {string} zone
 * @returns {string} "14:03"
 */
export const clock = (epoch, zone) => shown(epoch, zone, { hour: '2-digit', minute: '2-digit' });

/**
 * @param {number} epoch
 * @param {string} zone
 * @returns {string} "Friday 5 June 2026, 14:03"
 */
export const exactTime = (epoch, zone) => `${longDate(epoch, zone)}, ${clock(epoch, zone)} (${zone})`;

/**
 * @param {number} epoch
 * @param {string} zone
 */
const longDate = (epoch, zone) =>
  shown(epoch, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/**
 * @param {number} epoch
 * @param {string} zone
 * @returns {string} "2026-06-05T14:03", as a datetime-local input wants it
 */
export function wallClock(epoch, zone) {
  const part = partsOf(epoch, zone);
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/**
 * The moment at which clocks in `zone` show `wall`. A time that daylight saving skips becomes the hour after it.
 * @param {string} wall "2026-06-05T14:03"
 * @param {string} zone
 * @returns {number} epoch seconds
 */
export function epochOf(wall, zone) {
  const asUtc = Date.parse(`${wall}Z`) / 1000;
  const guess = asUtc - offset(asUtc, zone);
  return asUtc - offset(guess, zone);
}

/**
 * @param {number} epoch
 * @param {string} zone
 * @returns {string} the calendar day, "2026-06-05"
 */
export const dayOf = (epoch, zone) => wallClock(epoch, zone).slice(0, 10);

/**
 * @param {number} epoch
 * @param {string} zone
 * @returns {string} "Today", "Yesterday", "Tomorrow" or the date
 */
export const dayLabel = (epoch, zone) => capitalised(nearDay(epoch, zone) ?? longDate(epoch, zone));

/**
 * Slack's `<!date^…>` format, filled for one reader.
 * @param {number} epoch
 * @param {string} format such as "{date_short_pretty} at {time}"
 * @param {string} zone
 * @returns {string}
 */
export function slackDate(epoch, format, zone) {
  return format.replace(/\{(\w+)\}/g, (token, name) => slackDateToken(name, epoch, zone) ?? token);
}

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const SLACK_DATES = {
  date: { day: 'numeric', month: 'long', year: 'numeric' },
  date_short: { day: 'numeric', month: 'short', year: 'numeric' },
  date_long: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  date_slash: { day: '2-digit', month: '2-digit', year: 'numeric' },
  time: { hour: '2-digit', minute: '2-digit' },
  time_secs: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
};

/**
 * @param {string} name
 * @param {number} epoch
 * @param {string} zone
 * @returns {string | undefined}
 */
function slackDateToken(name, epoch, zone) {
  if (name === 'date_num') return dayOf(epoch, zone);
  if (name === 'ago') return ago(epoch);
  const plain = name.replace(/_pretty$/, '');
  const options = SLACK_DATES[plain];
  if (!options) return undefined;
  return (plain === name ? undefined : nearDay(epoch, zone)) ?? shown(epoch, zone, options);
}

/**
 * @param {number} epoch
 * @param {string} zone
 * @returns {string | undefined}
 */
function nearDay(epoch, zone) {
  const day = dayOf(epoch, zone);
  const near = { yesterday: now() - DAY, today: now(), tomorrow: now() + DAY };
  return Object.entries(near).find(([, moment]) => dayOf(moment, zone) === day)?.[0];
}

/**
 * @param {number} epoch
 * @returns {string} "3 minutes ago", "in 2 hours"
 */
function ago(epoch) {
  const seconds = epoch - now();
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [['day', DAY], ['hour', 3600], ['minute', 60]];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? units[2];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

/**
 * @param {number} epoch
 * @param {string} zone
 * @returns {number} seconds that `zone` is ahead of UTC then
 */
function offset(epoch, zone) {
  const part = partsOf(epoch, zone);
  const asUtc = Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`);
  return asUtc / 1000 - Math.floor(epoch);
}

/**
 * @param {number} epoch
 * @param {string} zone
 * @returns {Record<string, string>}
 */
function partsOf(epoch, zone) {
  const numeric = formatFor(zone, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  });
  return Object.fromEntries(numeric.formatToParts(epoch * 1000).map(({ type, value }) => [type, value]));
}

/** @param {string} text */
const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
