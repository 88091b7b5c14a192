// A machine of the hall is served this client as its sample-form desk, and stays on that page.

if (document.querySelector('meta[name="desk"]')) location.hash = '#/pages/desk/index'
