import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pemFiles, temporaryFolder } from './files.ts'
import { type Daemon, freePort, run, startDaemon } from './processes.ts'

/** The account that a Debian package has made for its daemon; none where we are not root, and run it as ourselves. */
function account(name: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function folderFor(name: string, owner?: { uid: number; gid: number }) {
  const folder = temporaryFolder(name)
  if (owner) chownSync(folder, owner.uid, owner.gid)
  return { folder, files: pemFiles(folder, owner) }
}

export type Server = Daemon & { port: number; files: ReturnType<typeof pemFiles> }

export async function postgres(): Promise<Server> {
  const owner = account('postgres')
  const { folder, files } = folderFor('postgres', owner)
  const bin = `/usr/lib/postgresql/${readdirSync('/usr/lib/postgresql').sort().at(-1)}/bin`
  const data = join(folder, 'data')
  const made = await run(
    `${bin}/initdb`,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'],
    owner,
  )
  if (made.status !== 0) throw new Error(made.stderr)
  // Over TLS only, and to one database with a certificate only.
  const rules = ['hostssl template1 all all trust clientcert=verify-ca', 'hostssl all all all trust']
  writeFileSync(join(data, 'pg_hba.conf'), `${rules.join('\n')}\n`)
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: 'localhost',
    unix_socket_directories: folder,
    ssl: 'on',
    ssl_cert_file: files.cert,
    ssl_key_file: files.key,
    ssl_ca_file: files.ca,
    fsync: 'off',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return { ...(await startDaemon(`${bin}/postgres`, ['-D', data, ...args], port, owner)), port, files }
}

export async function mariadb(): Promise<Server> {
  const owner = account('mysql')
  const { folder, files } = folderFor('mariadb', owner)
  const data = join(folder, 'data')
  const user = owner ? ['--user=mysql'] : []
  const made = await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    ...user,
  ])
  if (made.status !== 0) throw new Error(made.stdout + made.stderr)
  const init = join(folder, 'init.sql')
  const statements = [
    "create user test@localhost identified by 'secret' require ssl",
    'grant all on *.* to test@localhost',
  ]
  writeFileSync(init, statements.map((statement) => `${statement};\n`).join(''), { mode: 0o644 })
  const port = await freePort()
  const daemon = await startDaemon(
    'mariadbd',
    [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${folder}/socket`,
      `--pid-file=${folder}/pid`,
      `--init-file=${init}`,
      `--ssl-cert=${files.cert}`,
      `--ssl-key=${files.key}`,
      '--max-allowed-packet=64M',
    ],
    port,
  )
  return { ...daemon, port, files }
}

export async function redis(): Promise<Server> {
  const { folder, files } = folderFor('redis')
  const port = await freePort()
  const settings = {
    port: 0,
    'tls-port': port,
    'tls-cert-file': files.cert,
    'tls-key-file': files.key,
    'tls-ca-cert-file': files.ca,
    'tls-auth-clients': 'no',
    bind: '127.0.0.1',
    dir: folder,
    save: '""',
  }
  const path = join(folder, 'redis.conf')
  writeFileSync(
    path,
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
  )
  return { ...(await startDaemon('redis-server', [path], port)), port, files }
}

/** Every client must show a certificate of our authority. */
export async function mosquitto(): Promise<Server> {
  const { folder, files } = folderFor('mosquitto')
  const port = await freePort()
  const path = join(folder, 'mosquitto.conf')
  const settings = [
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `listener ${port} 127.0.0.1`,
    `cafile ${files.ca}`,
    `certfile ${files.cert}`,
    `keyfile ${files.key}`,
    'require_certificate true',
    'allow_anonymous true',
    'max_queued_messages 0',
  ]
  writeFileSync(path, `${settings.join('\n')}\n`)
  return { ...(await startDaemon('mosquitto', ['-c', path], port)), port, files }
}

/** IMAP with STARTTLS on `imapPort`, over TLS on `port`. */
export async function dovecot(): Promise<Server & { imapPort: number }> {
  const owner = account('dovecot')
  const { folder, files } = folderFor('dovecot')
  chmodSync(folder, 0o755)
  const mail = join(folder, 'mail')
  mkdirSync(mail)
  const me = owner ?? { uid: process.getuid!(), gid: process.getgid!() }
  chownSync(mail, me.uid, me.gid)
  const [port, imapPort] = [await freePort(), await freePort()]
  const path = join(folder, 'dovecot.conf')
  writeFileSync(
    path,
    `
protocols = imap
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
listen = 127.0.0.1
ssl = required
ssl_cert = <${files.cert}
ssl_key = <${files.key}
disable_plaintext_auth = yes
mail_location = maildir:${mail}/%u
first_valid_uid = 1
mail_max_userip_connections = 50
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${me.uid} gid=${me.gid} home=${mail}/%u
}
service imap-login {
  inet_listener imap {
    port = ${imapPort}
  }
  inet_listener imaps {
    port = ${port}
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`,
  )
  return { ...(await startDaemon('dovecot', ['-F', '-c', path], port)), port, imapPort, files }
}
