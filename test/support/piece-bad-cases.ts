import type { BadCase, Surroundings } from './piece-cases.ts'

/** The commonest mistake with each action, and what the step then says. */

const format = 'YYYY-MM-DD'
const bad = 'not a date'
const notADate = `Not a date in the format ${format}: ${bad}`

const local: BadCase[] = [
  ['text-helper', 'concat', { texts: 'a' }, 'Expected array, received: a'],
  ['text-helper', 'replace', { text: 'a', searchValue: '(' }, 'Not a regular expression'],
  ['text-helper', 'split', { text: null, delimiter: ',' }, 'Expected string'],
  ['text-helper', 'find', { text: 'a', expression: '[' }, 'Not a regular expression'],
  [
    'text-helper',
    'markdown_to_html',
    {
      ...{ markdown: 'a', flavor: 'github', headerLevelStart: 7, tables: true },
      ...{ noHeaderId: true, simpleLineBreaks: false, openLinksInNewWindow: false },
    },
    'The header level must be from 1 to 6, received: 7',
  ],
  ['text-helper', 'html_to_markdown', { html: null }, 'Expected string'],
  ['text-helper', 'stripHtml', { html: null }, 'Expected string'],
  ['text-helper', 'slugify', { text: null }, 'Expected string'],
  ['text-helper', 'defaultValue', { value: '', defaultString: null }, 'Expected string'],
  ['text-helper', 'json_to_ascii_table', { data: { a: 1 } }, 'The data must be a list of objects'],
  [
    'text-helper',
    'extract_from_html',
    { html: '<p>', target: 'custom', extractionType: 'textContent', returnMultiple: false },
    'The target needs a CSS selector',
  ],
  ['crypto', 'hash-text', { method: 'crc', text: 'a' }, 'Unknown method: crc'],
  ['crypto', 'hmac-signature', { secretKey: 'xyz', secretKeyEncoding: 'hex', method: 'md5', text: 'a' }, 'not hex'],
  ['crypto', 'generate-password', { length: 257, characterSet: 'alphanumeric' }, 'from 1 to 256, received: 257'],
  ['crypto', 'base64-encode', { text: null }, 'Expected string'],
  ['crypto', 'base64-decode', { text: '!' }, 'The text is not base64'],
  ['crypto', 'openpgpEncrypt', { file: 'no file', publicKey: 'k' }, 'Expected a file url'],
  ['csv', 'convert_csv_to_json', { csv_text: '"a', has_headers: false, delimiter_type: ',' }, 'The text is not CSV'],
  ['csv', 'convert_json_to_csv', { json_array: { a: 1 }, delimiter_type: ',' }, 'The JSON must be a list of objects'],
  ['json', 'convert_json_to_text', { json: 'no json' }, 'Expected JSON, received: no json'],
  ['json', 'convert_text_to_json', { text: '{' }, 'The text is not JSON'],
  ['json', 'run_jsonata_query', { json: {}, query: '(' }, 'The query is not valid'],
  ['xml', 'convert-json-to-xml', { json: { 'a b': 1 } }, 'Not a name of an XML element: a b'],
  ['xml', 'convert-xml-to-json', { xml: '<a>' }, 'The text is not XML'],
  ['data-mapper', 'advanced_mapping', { mapping: 'x' }, 'Expected JSON, received: x'],
  ['math-helper', 'addition_math', { first_number: 'a', second_number: 1 }, 'Expected number, received: a'],
  ['math-helper', 'subtraction_math', { first_number: 'a', second_number: 1 }, 'Expected number, received: a'],
  ['math-helper', 'multiplication_math', { first_number: 'a', second_number: 1 }, 'Expected number, received: a'],
  ['math-helper', 'division_math', { first_number: 1, second_number: 0 }, 'Cannot divide by zero'],
  ['math-helper', 'modulo_math', { first_number: 1, second_number: 0 }, 'Cannot divide by zero'],
  ['math-helper', 'generateRandom_math', { first_number: 0.1, second_number: 0.2 }, 'no whole number between'],
  ['data-summarizer', 'calculateAverage', { values: ['x'] }, '"errors": [ { "value": "x", "location": 0 } ]'],
  ['data-summarizer', 'calculateSum', { values: [1, 'x'] }, '"errors": [ null, { "value": "x", "location": 1 } ]'],
  ['data-summarizer', 'getMinMax', { values: ['x'] }, 'not numbers'],
  ['data-summarizer', 'countUniques', { values: 'x' }, 'Expected array, received: x'],
  ['date-helper', 'get_current_date', { timeFormat: format, timeZone: 'Mars' }, 'Unknown time zone: Mars'],
  [
    'date-helper',
    'format_date',
    { inputDate: bad, inputFormat: format, inputTimeZone: 'UTC', outputFormat: format, outputTimeZone: 'UTC' },
    notADate,
  ],
  ['date-helper', 'extract_date_parts', { inputDate: bad, inputFormat: format, unitExtract: ['year'] }, notADate],
  [
    'date-helper',
    'date_difference',
    { startDate: bad, startDateFormat: format, endDate: bad, endDateFormat: format, unitDifference: ['year'] },
    notADate,
  ],
  [
    'date-helper',
    'add_subtract_date',
    { inputDate: '2024-01-31', inputDateFormat: format, outputFormat: format, expression: '+ 1 fortnight' },
    'Not an amount of time like "+ 2 day": + 1 fortnight',
  ],
  [
    'date-helper',
    'next_day_of_week',
    { weekday: 1, time: '25:00', timeFormat: format, timeZone: 'UTC' },
    'Not a time like 17:30: 25:00',
  ],
  [
    'date-helper',
    'next_day_of_year',
    { month: 2, day: 30, timeFormat: format, timeZone: 'UTC' },
    'There is no day 30 in month 2',
  ],
  ['date-helper', 'first_day_of_previous_month', { time: 'noon', timeFormat: format, timeZone: 'UTC' }, 'Not a time'],
  ['date-helper', 'last_day_of_previous_month', { time: 'noon', timeFormat: format, timeZone: 'UTC' }, 'Not a time'],
  ['store', 'put', { key: 'k'.repeat(129), value: 'v', store_scope: 'FLOW' }, '1 to 128 characters, received 129'],
  ['store', 'get', { key: 'k', store_scope: 'EARTH' }, 'Unknown store scope: EARTH'],
  ['store', 'append', { key: 'bad_list', value: 'w', store_scope: 'FLOW' }, 'The stored value is not a text'],
  ['store', 'add_to_list', { key: 'bad_text', value: ['a'], store_scope: 'FLOW' }, 'The stored value is not a list'],
  ['store', 'remove_from_list', { key: 'bad_text', value: 'a', store_scope: 'FLOW' }, 'The stored value is not a list'],
  ['store', 'remove_value', { key: '', store_scope: 'FLOW' }, '1 to 128 characters, received 0'],
  ['flow-helper', 'failFlow', { message: 'Enough' }, 'Enough'],
  ['tags', 'add_tag', { name: ' ' }, 'The tag needs a name'],
  ['delay', 'delayFor', { unit: 'seconds', delayFor: -1 }, 'must not be negative, received: -1'],
  ['delay', 'delay_until', { delayUntilTimestamp: 'soon' }, 'Expected a date in ISO format'],
  [
    'subflows',
    'callFlow',
    { flow: { externalId: 'missing' }, mode: 'simple', flowProps: {} },
    'The flow to call does not exist: missing',
  ],
  ['subflows', 'returnResponse', { mode: 'simple', response: null }, 'response'],
  [
    'webhook',
    'return_response',
    { responseType: 'json', fields: { status: 42, body: {} } },
    'from 200 to 599, received: 42',
  ],
  [
    'webhook',
    'return_response_and_wait_for_next_webhook',
    { responseType: 'redirect', fields: { body: '' } },
    'The redirect needs a URL',
  ],
]

const files: BadCase[] = [
  ['file-helper', 'createFile', { content: 'a', fileName: ' ', encoding: 'utf8' }, 'The file needs a name'],
  ['file-helper', 'read_file', { file: 'no file', readOptions: 'text' }, 'Expected a file url'],
  [
    'file-helper',
    'change_file_encoding',
    { inputFile: '{{file.url}}', inputEncoding: 'ebcdic', outputFileName: 'b', outputEncoding: 'utf8' },
    'Unknown encoding: ebcdic',
  ],
  ['file-helper', 'checkFileType', { file: 'no file', mimeTypes: 'text/plain' }, 'Expected a file url'],
  ['file-helper', 'zipFiles', { files: [{ file: 'no file' }], outputFileName: 'z' }, 'Expected a file url'],
  ['file-helper', 'unzipFile', { file: '{{file.url}}' }, 'not a ZIP archive'],
  ['file-helper', 'get_file_name', { file: 'no file' }, 'Expected a file url'],
  ['image-helper', 'image_to_base64', { image: 'no file' }, 'Expected a file url'],
  ['image-helper', 'get_meta_data', { image: '{{file.url}}' }, 'The image has no metadata'],
  ['image-helper', 'crop_image', { image: '{{file.url}}', left: 0, top: 0, width: 1, height: 1 }, 'not an image'],
  ['image-helper', 'rotate_image', { image: '{{file.url}}', degree: 45 }, 'must be 90, 180 or 270, received: 45'],
  ['image-helper', 'resize_image', { image: '{{file.url}}', width: 0, height: 1 }, 'Width must be from 1 to'],
  ['image-helper', 'compress_image', { image: '{{file.url}}', quality: 60, format: 'jpg' }, 'not an image'],
  ['qrcode', 'text_to_qrcode', { text: '' }, 'The text is empty'],
  ['pdf', 'textToPdf', { text: null }, 'Expected string'],
  ['pdf', 'extractText', { file: '{{file.url}}' }, 'a.txt is not a PDF'],
  ['pdf', 'convertToImage', { file: '{{file.url}}', imageOutputType: 'single' }, 'a.txt is not a PDF'],
  ['pdf', 'imageToPdf', { image: '{{file.url}}' }, 'a.txt is not a PNG or JPEG image'],
  ['pdf', 'mergePdfs', { pdfFiles: [{ file: '{{file.url}}' }] }, 'at least two documents'],
  ['pdf', 'pdfPageCount', { file: '{{file.url}}' }, 'a.txt is not a PDF'],
  ['pdf', 'extractPdfPages', { file: '{{pdf}}', pageRanges: [{ startPage: 2, endPage: 1 }] }, 'starts before it ends'],
  [
    'pdf',
    'addTextToPdf',
    {
      file: '{{pdf}}',
      textItems: [{ text: 'a', distanceFromLeft: 0, distanceFromTop: 900, font: 'Courier', fontSize: 9 }],
    },
    'The text does not fit on the page',
  ],
  [
    'pdf',
    'addImageToPdf',
    { file: '{{pdf}}', imageItems: [{ imageFile: '{{file.url}}', distanceFromLeft: 0, distanceFromTop: 0, scale: 1 }] },
    'a.txt is not a PNG or JPEG image',
  ],
]

const networkOf = ({ echo, auth }: Surroundings): BadCase[] => [
  [
    'http',
    'send_request',
    { method: 'GET', url: `${echo}/status/404`, headers: {}, queryParams: {}, authType: 'NONE', authFields: {} },
    '"status": 404',
  ],
  ['http', 'parse_url', { url: 'nowhere' }, 'Invalid URL: nowhere'],
  [
    'graphql',
    'send_request',
    { method: 'POST', url: 'nowhere', queryParams: {}, headers: {}, query: 'a' },
    'Not a URL',
  ],
  ['connections', 'read_connection', { connection_name: 'missing' }, '"connectionName": "missing"'],
  ['postgres', 'run-query', { auth: auth.postgres, query: 'SELEC' }, 'syntax error'],
  ['mysql', 'execute_query', { auth: auth.mysql, query: 'SELEC' }, 'SQL syntax'],
  ['mysql', 'find_rows', { auth: auth.mysql, table: 'missing', condition: '1' }, "doesn't exist"],
  ['mysql', 'insert_row', { auth: auth.mysql, table: 'missing', values: {} }, 'at least one column'],
  [
    'mysql',
    'update_row',
    { auth: auth.mysql, table: 'missing', values: { a: 1 }, search_column: 'id', search_value: '1' },
    "doesn't exist",
  ],
  [
    'mysql',
    'delete_row',
    { auth: auth.mysql, table: 'missing', search_column: 'id', search_value: '1' },
    "doesn't exist",
  ],
  ['mysql', 'get_tables', { auth: "{{connections['missing']}}" }, 'missing'],
  ['smtp', 'send-email', { ...email, auth: auth.smtp, to: ['nobody@example.com'] }, 'No such mailbox'],
  ['imap', 'mark_email_read', { auth: auth.imap, mailbox: 'INBOX', uid: 99 }, 'There is no message 99 in INBOX'],
  [
    'imap',
    'copy_email',
    { auth: auth.imap, sourceMailbox: 'INBOX', uid: 99, targetMailbox: 'Archive' },
    'no message 99',
  ],
  [
    'imap',
    'move_email',
    { auth: auth.imap, sourceMailbox: 'INBOX', uid: 99, targetMailbox: 'Archive' },
    'no message 99',
  ],
  ['imap', 'delete_email', { auth: auth.imap, mailbox: 'Missing', uid: 1 }, /mailbox|exist/i],
]

const email = { from: 'ada@example.com', subject: 'Hi', body_type: 'plain_text', body: 'Hi' }

/** The SFTP piece hands its errors on as output, so that a flow can decide. */
export const sftpFailures = ({ auth }: Surroundings): [action: string, input: object][] => [
  ['create_file', { auth: auth.sftp, fileName: 'missing/a.txt', fileContent: 'a' }],
  ['upload_file', { auth: auth.sftp, fileName: 'missing/a.txt', fileContent: '{{file.url}}' }],
  ['read_file_content', { auth: auth.sftp, filePath: 'missing' }],
  ['deleteFile', { auth: auth.sftp, filePath: 'missing' }],
  ['createFolder', { auth: auth.sftp, folderPath: 'missing/a', recursive: false }],
  ['deleteFolder', { auth: auth.sftp, folderPath: 'missing', recursive: false }],
  ['listFolderContents', { auth: auth.sftp, directoryPath: 'missing' }],
  ['renameFileOrFolder', { auth: auth.sftp, oldPath: 'missing', newPath: 'b' }],
]

export const badCases = (surroundings: Surroundings): BadCase[] => [...local, ...files, ...networkOf(surroundings)]

/** Nothing that is entered can be wrong: they have no inputs, or take whatever comes. */
export const WITHOUT_INPUT = new Set([
  'approval create_approval_links',
  'approval wait_for_approval',
  'flow-helper getRunId',
  'flow-helper stopFlow',
  'forms return_response',
])
