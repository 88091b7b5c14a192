// The check character of a citizen's ID number (GB 11643, ISO 7064 MOD 11-2).

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'

export function isIdNumber(text) {
  const number = text.trim().toUpperCase()
  if (!/^\d{17}[\dX]$/.test(number)) return false
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0)
  return CHECKS[sum % 11] === number[17]
}

/** Full years on a date such as 2026-11-23, by the birthday in the number. */
export function ageOf(number, date) {
  const today = Number(date.replaceAll('-', ''))
  return Math.floor((today - Number(number.slice(6, 14))) / 10_000)
}
