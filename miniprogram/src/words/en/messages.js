// What one was told.

export const messages = {
  '还没有消息。': 'No messages yet.',
  '预约有变动、快轮到您、叫到您的号时，会在这里告诉您。':
    'You are told here when a booking changes, when your turn is near, and when your number is called.',
  新: 'New',
}
