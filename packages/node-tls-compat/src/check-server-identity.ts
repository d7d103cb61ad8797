import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { checkServerIdentity as check } from '@x/x509'
