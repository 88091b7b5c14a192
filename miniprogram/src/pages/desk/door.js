// A machine of the hall is served this client as its sample-form desk, and stays on that page: as wide
// as its screen, and without the phones' tabs.

/* global __uniConfig */

if (document.querySelector('meta[name="desk"]')) {
  location.hash = '#/pages/desk/index'
  delete __uniConfig.globalStyle.maxWidth
  __uniConfig.tabBar.list = []
}
