import { defineMessages } from '../../../i18n/catalogue.ts'

export const preferencesMessages = defineMessages(
  {
    appearance: 'Appearance',
    appearanceText: 'Light, dark, or whatever your system does.',
    region: 'Language and time',
    regionText: 'Kept by this browser, and in effect at once. Amounts, dates and figures follow.',
    language: 'Language',
    timeZone: 'Time zone',
    timeZoneOfBrowser: 'As your browser says.',
    timeZoneReset: 'Follow the browser again',
    example: 'It then looks like this:',
  },
  {
    vi: {
      appearance: 'Giao diện',
      appearanceText: 'Sáng, tối, hoặc theo hệ thống của bạn.',
      region: 'Ngôn ngữ và thời gian',
      regionText: 'Lưu trên trình duyệt này và có hiệu lực ngay. Số tiền, ngày giờ và con số hiển thị theo đó.',
      language: 'Ngôn ngữ',
      timeZone: 'Múi giờ',
      timeZoneOfBrowser: 'Theo trình duyệt của bạn.',
      timeZoneReset: 'Dùng lại múi giờ của trình duyệt',
      example: 'Ví dụ hiển thị:',
    },
    zh: {
      appearance: '外观',
      appearanceText: '浅色、深色，或跟随系统。',
      region: '语言与时间',
      regionText: '保存在此浏览器中，立即生效。金额、日期和数字将按此显示。',
      language: '语言',
      timeZone: '时区',
      timeZoneOfBrowser: '与浏览器一致。',
      timeZoneReset: '恢复为浏览器的时区',
      example: '显示效果：',
    },
  },
)
