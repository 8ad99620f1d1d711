import { defineMessages } from '../../../i18n/catalogue.ts'

export const partsMessages = defineMessages(
  {
    done: 'Done',
    download: 'Download',
    kept: 'I have copied or kept it.',
    keepFirst: 'It is shown this once: keep it first, then say so here.',
  },
  {
    vi: {
      done: 'Xong',
      download: 'Tải xuống',
      kept: 'Tôi đã sao chép hoặc lưu lại.',
      keepFirst: 'Nội dung chỉ hiển thị một lần: hãy lưu lại trước rồi đánh dấu vào đây.',
    },
    zh: {
      done: '完成',
      download: '下载',
      kept: '我已复制或保存。',
      keepFirst: '仅显示这一次：请先保存，再在此确认。',
    },
  },
)
