// Conditions over a form's values: when a field is shown. The server has the very same, and both are
// held to the same cases (tests/forms/conditions.json): what cannot be compared does not hold.

const BLANK = /^[ \t\r\n\u00a0\u3000]*$/
const ISO_DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/

const DATES = {
  before: (one, other) => one < other,
  after: (one, other) => one > other,
  not_before: (one, other) => one >= other,
  not_after: (one, other) => one <= other,
}
const NUMBERS = {
  less: DATES.before,
  more: DATES.after,
  at_least: DATES.not_before,
  at_most: DATES.not_after,
}

/** Whether a condition holds of these values; `today` is the hall's date. Hidden fields' are left out
    by the caller. */
export function holds(condition, values, today) {
  if (condition.all) return condition.all.every((one) => holds(one, values, today))
  if (condition.any) return condition.any.some((one) => holds(one, values, today))
  if (condition.not) return !holds(condition.not, values, today)
  const { field, ...test } = condition
  const [[operator, operand]] = Object.entries(test)
  const value = values[field]
  if (operator === 'filled') return isFilled(value) === operand
  if (operator === 'in') return operand.some((one) => is(value, one))
  const other = operandOf(operand, operator, values, today)
  if (NUMBERS[operator]) return ordered(NUMBERS[operator], numberOf(value), numberOf(other))
  if (DATES[operator]) return ordered(DATES[operator], dateOf(value), dateOf(other))
  return is(value, other)
}

/** Every field a condition asks about. */
export function fieldsOf({ all, any, not, field, ...test }) {
  const parts = all ?? any ?? (not ? [not] : null)
  return parts ? parts.flatMap(fieldsOf) : [field, ...Object.values(test).flatMap((operand) => operand?.field ?? [])]
}

/** Whether somebody wrote or chose something. A switch that is off was answered. */
export function isFilled(value) {
  if (typeof value === 'string') return !BLANK.test(value)
  return value != null && !(Array.isArray(value) && !value.length)
}

/** Whether two values are the same; several choices, where the same was chosen in whatever order. */
export function same(one, other) {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other
  const within = (these, those) => these.every((each) => those.some((that) => same(each, that)))
  return one.length === other.length && within(one, other) && within(other, one)
}

/** Of several choices, whether it is one of them. */
function is(value, operand) {
  if (!isFilled(value) || !isFilled(operand)) return false
  if (Array.isArray(value) && !Array.isArray(operand)) return value.includes(operand)
  return same(value, operand)
}

function operandOf(operand, operator, values, today) {
  if (operand === 'today' && DATES[operator]) return today
  return operand?.field ? values[operand.field] : operand
}

const ordered = (compare, one, other) => one !== null && other !== null && compare(one, other)

const numberOf = (value) => (Number.isFinite(value) ? value : null)

/** A day of the calendar, whose order is its text's; null for whatever else. */
function dateOf(value) {
  if (typeof value !== 'string' || !ISO_DATE.test(value) || value < '0001') return null
  const day = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value) ? value : null
}
