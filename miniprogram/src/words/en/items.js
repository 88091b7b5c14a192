// Finding an item, and its guide.

export const items = {
  查找事项: 'Find a service',
  办事指南: 'Guide',
}
