export const home = {
  '您要办什么事？': 'What do you need to do?',
  '登录后可以预约、看自己的号': 'Sign in to book and follow your number',
  '不登录也可以查事项、看大厅人多人少。': 'Without signing in you can look up services and see how busy centres are.',
  '%(no)s 号窗口': 'Counter %(no)s',
  '前面 %(n)s 人': '%(n)s ahead',
  '预计等候：%(wait)s': 'Expected wait: %(wait)s',
  已预约: 'Booked',
  '暂时读不到您的号和预约，请下拉刷新。': 'Your number and bookings cannot be loaded now. Pull down to refresh.',
  各大厅: 'Service centres',
  附近的大厅: 'Service centres near you',
  按远近排列: 'Sort by distance',
  '还没有开放的大厅。': 'No service centre is open to the public yet.',
}
