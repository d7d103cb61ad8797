/** The programs that the tests run, and the Debian packages they are in. */
export const PACKAGES = {
  pg_lsclusters: 'postgresql',
  mariadbd: 'mariadb-server',
  'redis-server': 'redis-server',
  mosquitto: 'mosquitto',
  dovecot: 'dovecot-imapd',
  curl: 'curl',
  wget: 'wget',
  openssl: 'openssl',
  certutil: 'libnss3-tools',
  chromium: 'chromium',
  'firefox-esr': 'firefox-esr',
  testssl: 'testssl.sh',
  sslscan: 'sslscan',
}
