// WeChat and the browser as the logic sees them: what is kept is kept, all else is asked of a test.

import { beforeEach, vi } from 'vitest'

beforeEach(() => {
  const stored = new Map()
  globalThis.uni = {
    getStorageSync: (name) => stored.get(name) ?? '',
    setStorageSync: (name, value) => stored.set(name, JSON.parse(JSON.stringify(value))),
    removeStorageSync: (name) => stored.delete(name),
    onAppShow: vi.fn(), offAppShow: vi.fn(), onAppHide: vi.fn(), offAppHide: vi.fn(),
    navigateTo: vi.fn(),
    request: () => { throw new Error('nobody is there to ask') },
  }
  vi.resetModules()
})
