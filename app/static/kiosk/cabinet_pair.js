// A cabinet opened as /kiosk/cabinet/#token=… hands its token in once; the address forgets it.

import { byId } from '../shared/dom.js'

export function handIn() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (!token) return
  history.replaceState(null, '', location.pathname)
  const form = byId('pair')
  form.elements.token.value = token
  form.submit()
}

addEventListener('hashchange', handIn)
handIn()
