// How a new licence comes to its holder: the ways one may choose, the address, what a parcel says.

import { t } from './i18n.js'
import { clock, day } from './times.js'

const PHONE = /^1\d{10}$|^0\d{2,3}-?\d{7,8}$/
const COURIER = 'courier'

export const needsAddress = (way) => way === COURIER

/** What is chosen before anybody chose: the first way that asks nothing more; null where none does. */
export function firstWay({ ways, address }) {
  const open = ways.filter(({ available }) => available)
  return (open.find(({ code }) => !needsAddress(code) || isWhole(address)) ?? open[0])?.code ?? null
}

export const isWhole = (address) => Boolean(address) && !Object.values(addressFaults(address)).some(Boolean)

/** What is wrong with an address, by its fields; '' where nothing is. */
export function addressFaults({ name = '', phone = '', region = '', street = '' }) {
  return {
    name: name?.trim() ? '' : t('请填写收件人。'),
    phone: PHONE.test(phone?.trim() ?? '') ? '' : t('请填写能联系到的电话号码。'),
    region: region?.trim() ? '' : t('请填写省、市、区县。'),
    street: street?.trim() ? '' : t('请填写街道和门牌号。'),
  }
}

/** An address in a line. */
export const addressWords = ({ name, phone, region, street }) => [`${region ?? ''}${street ?? ''}`, name, phone].filter(Boolean).join(' · ')

/** Where a parcel goes. */
export const sentTo = ({ name, phone, address }) => t('寄到：%(where)s', { where: addressWords({ name, phone, street: address }) })

/** How somebody wanted the new licence, until it is made. */
export function chosenWords({ chosen: { way_text: way, to, cabinet } }) {
  return [way, to && sentTo(to), cabinet && t('%(cabinet)s（%(place)s）', { cabinet: cabinet.name, place: cabinet.place })].filter(Boolean)
}

/** What happened to a delivery, and where, as `[{text, at, state}]`: the latest first. */
export function stations({ progress, parcel, handed_over_at: isOver }) {
  const where = new Map((parcel?.events ?? []).map(({ at, text, station }) => [`${at} ${text}`, station]))
  return progress.map(({ at, text }, nth) => ({
    text: saidAt(where.get(`${at} ${text}`), text),
    at: moment(at),
    state: isOver || nth < progress.length - 1 ? 'done' : 'now',
  })).reverse()
}

const saidAt = (station, text) => (station && !text.includes(station) ? t('%(station)s：%(text)s', { station, text }) : text)

/** It lies somewhere, and somebody has to fetch it: 'box', 'counter', or ''. */
export function fetchedFrom(delivery) {
  if (delivery?.box?.code) return 'box'
  return delivery?.counter && delivery.state === 'ready' ? 'counter' : ''
}

/** '11月22日 周日 09:00' */
export const moment = (wire) => `${day(wire)} ${clock(wire)}`

/** A code in groups, as it is typed: '123 456'. */
export const typed = (code) => code.replace(/^(\d{3})(\d{3})$/, '$1 $2')
