// A machine opened as /kiosk/#token=… hands its token in once; the address forgets it at once.

function pair() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (!token) return
  history.replaceState(null, '', location.pathname)
  const form = document.getElementById('pair')
  form.elements.token.value = token
  form.submit()
}

addEventListener('hashchange', pair)
pair()
