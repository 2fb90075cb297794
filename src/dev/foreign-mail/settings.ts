import type { Certificates } from './certificate.ts';

/** Where everything of the two servers is, and on which ports of the loopback address they listen. */
export interface Site {
  host: string;
  /** Absolute; holds all that is written, sockets included. */
  dir: string;
  ports: {
    /** Submission with STARTTLS, and with TLS from the first byte. */
    submission: number;
    smtps: number;
    /** A second server, behind the first one: some mailboxes it does not know, and only it knows that. */
    inside: number;
    imap: number;
    imaps: number;
  };
  certificates: Certificates;
  /** Whoever owns the mail; Postfix delivers to nobody's below 100. */
  owner: { uid: number; gid: number };
}

export interface Mailbox {
  address: string;
  password: string;
}

/** Accepted at first; then the server inside refuses them, and Postfix writes a report. */
export const refusedInside = {
  gone: 'gone@lead.example',
  full: 'full@lead.example',
} as const;

// ---- Postfix, postconf(5) and master(5)

export const mainCf = ({ host, dir, certificates, owner }: Site): string =>
  settings({
    compatibility_level: '3.6',
    queue_directory: `${dir}/postfix/queue`,
    data_directory: `${dir}/postfix/data`,
    maillog_file: `${dir}/postfix/mail.log`,
    maillog_file_prefixes: dir,
    myhostname: host,
    mydestination: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    alias_maps: '',
    alias_database: '',
    biff: 'no',
    default_transport: 'error:5.4.4 this server delivers to nobody outside',
    smtp_host_lookup: 'native',
    smtp_dns_support_level: 'disabled',
    virtual_mailbox_domains: 'acme.example, lead.example',
    virtual_mailbox_maps: `texthash:${dir}/mailboxes`,
    virtual_mailbox_base: `${dir}/mail`,
    virtual_uid_maps: `static:${owner.uid}`,
    virtual_gid_maps: `static:${owner.gid}`,
    transport_maps: `texthash:${dir}/transport`,
    smtpd_tls_chain_files: `${certificates.keyFile}, ${certificates.certFile}`,
    smtpd_tls_security_level: 'encrypt',
    smtpd_tls_auth_only: 'yes',
    smtpd_sasl_auth_enable: 'yes',
    smtpd_sasl_type: 'dovecot',
    smtpd_sasl_path: `unix:${dir}/dovecot/run/postfix-auth`,
    // Whoever logs in writes under their own address and no other one.
    smtpd_sender_login_maps: `texthash:${dir}/logins`,
    smtpd_sender_restrictions: 'reject_sender_login_mismatch',
    smtpd_relay_restrictions: 'permit_sasl_authenticated, reject',
    smtpd_recipient_restrictions: 'permit_sasl_authenticated, reject',
  });

const settings = (values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');

/** The services that are needed here, none in a chroot. A value with blanks stands in braces. */
export const masterCf = ({ dir, ports }: Site): string => `
# service type private unprivileged chroot wakeup most command
127.0.0.1:${ports.submission} inet n - n - - smtpd
127.0.0.1:${ports.smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
127.0.0.1:${ports.inside} inet n - n - - smtpd
  -o myhostname=inside.example.test
  -o smtpd_tls_security_level=none
  -o smtpd_sasl_auth_enable=no
  -o smtpd_sender_restrictions=
  -o virtual_mailbox_maps=texthash:${dir}/mailboxes-inside
  -o { smtpd_recipient_restrictions = check_recipient_access texthash:${dir}/full-inside, permit_mynetworks, reject }
  -o { smtpd_relay_restrictions = permit_mynetworks, reject }
pickup    unix       n - n 60    1 pickup
cleanup   unix       n - n -     0 cleanup
qmgr      unix       n - n 300   1 qmgr
tlsmgr    unix       - - n 1000? 1 tlsmgr
rewrite   unix       - - n -     - trivial-rewrite
bounce    unix       - - n -     0 bounce
defer     unix       - - n -     0 bounce
trace     unix       - - n -     0 bounce
verify    unix       - - n -     1 verify
flush     unix       n - n 1000? 0 flush
proxymap  unix       - - n -     - proxymap
smtp      unix       - - n -     - smtp
showq     unix       n - n -     - showq
error     unix       - - n -     - error
retry     unix       - - n -     - error
discard   unix       - - n -     - discard
virtual   unix       - n n -     - virtual
anvil     unix       - - n -     1 anvil
scache    unix       - - n -     1 scache
postlog   unix-dgram n - n -     1 postlogd
`;

/** Postfix's tables, name → text; `texthash` reads them as they are. */
export function tables({ ports }: Site, boxes: readonly Mailbox[]): Record<string, string> {
  const placeOf = (address: string) => `${address.split('@').reverse().join('/')}/`;
  const own = boxes.map(({ address }) => `${address} ${placeOf(address)}\n`).join('');
  const known = Object.values(refusedInside).map((address) => `${address} ${placeOf(address)}\n`);
  return {
    mailboxes: `${own}${known.join('')}`,
    'mailboxes-inside': `${refusedInside.full} ${placeOf(refusedInside.full)}\n`,
    'full-inside': `${refusedInside.full} 552 5.2.2 The mailbox is full\n`,
    transport: Object.values(refusedInside)
      .map((address) => `${address} smtp:[127.0.0.1]:${ports.inside}\n`)
      .join(''),
    logins: boxes.map(({ address }) => `${address} ${address}\n`).join(''),
  };
}

// ---- Dovecot 2.3, doc.dovecot.org/2.3/settings

/** Folders as Debian's 15-mailboxes.conf has them: what their use is stands there, and none is made but the inbox. */
export const dovecotConf = ({ dir, ports, certificates, owner }: Site): string => `
base_dir = ${dir}/dovecot/run
state_dir = ${dir}/dovecot/state
log_path = ${dir}/dovecot/mail.log
listen = 127.0.0.1
protocols = imap
ssl = required
ssl_min_protocol = TLSv1.2
ssl_cert = <${certificates.certFile}
ssl_key = <${certificates.keyFile}
disable_plaintext_auth = yes
auth_mechanisms = plain login
first_valid_uid = ${owner.uid}
mail_location = maildir:${dir}/mail/%d/%n
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${dir}/dovecot/passwords
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${dir}/mail/%d/%n
}
namespace inbox {
  inbox = yes
  mailbox Drafts {
    special_use = \\Drafts
  }
  mailbox Junk {
    special_use = \\Junk
  }
  mailbox Trash {
    special_use = \\Trash
  }
  mailbox Sent {
    special_use = \\Sent
  }
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
service auth {
  user = root
  unix_listener postfix-auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`;

export const passwordFile = (boxes: readonly Mailbox[]): string =>
  boxes.map(({ address, password }) => `${address}:{PLAIN}${password}\n`).join('');
