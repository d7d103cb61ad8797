/** Requirements that no code and test of ours can carry, each with its reason. */
export const ARGUED: Readonly<Record<string, string>> = {
  'RFC 9846 §1 #1': 'for application protocols',
  'RFC 9846 §1.2 #1': 'a summary of changes; §5.5 says it',
  'RFC 9846 §4.3.10 #9': 'for future extensions',
  'RFC 9846 §5.1 #1': 'for future content types',
  'RFC 9846 §7.5 #3': 'for future specifications',
  'RFC 9846 §8 #5': 'for applications',
  'RFC 9846 §9.3 #1': 'an introduction',
  'RFC 9846 §9.3 #7': 'for middleboxes',
  'RFC 9846 §9.3 #8': 'for middleboxes',
  'RFC 9846 §9.3 #9': 'for middleboxes',
  'RFC 9846 §9.3 #10': 'for middleboxes',
  'RFC 9846 E.5 #4': 'TLS 1.0 and 1.1 are what this stack is for, too: they are off unless asked for by name',
  'RFC 9846 F.1 #2': 'for applications that bind channels',
  'RFC 9846 F.5 #1':
    'for applications: the connection says which data went early, and sends none that was not asked for',
  'RFC 9846 F.5 #2': 'for application protocols',
}
