// English, by the Chinese the pages are written in: a catalogue for each part, as gettext has them.

import { account } from './account.js'
import { booking } from './booking.js'
import { common } from './common.js'
import { desk } from './desk.js'
import { forms } from './forms.js'
import { home } from './home.js'
import { items } from './items.js'
import { licences } from './licences.js'
import { me } from './me.js'
import { messages } from './messages.js'
import { queue } from './queue.js'
import { renewals } from './renewals.js'

export const PARTS = { common, home, account, items, booking, queue, forms, licences, renewals, messages, me, desk }

export const en = Object.assign({}, ...Object.values(PARTS))
