// The other end in Go: an echo server of lines, or a client that sends a line twice over two connections.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	role, port, certFile, keyFile, caFile, mode := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6]
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	check(err)
	pem, err := os.ReadFile(caFile)
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, ClientCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS13}
	if mode == "require" {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if mode == "p384" {
		config.CurvePreferences = []tls.CurveID{tls.CurveP384}
	}
	if role == "server" {
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		check(err)
		for {
			raw, err := listener.Accept()
			check(err)
			go func() {
				conn := tls.Server(raw, config)
				defer conn.Close()
				line, err := bufio.NewReader(conn).ReadString('\n')
				if err != nil {
					return
				}
				fmt.Fprintf(conn, "%s resumed=%v\n", line[:len(line)-1], conn.ConnectionState().DidResume)
				io.Copy(io.Discard, conn)
			}()
		}
	}
	config.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	for i := 0; i < 2; i++ {
		conn, err := tls.Dial("tcp", "127.0.0.1:"+port, config)
		check(err)
		fmt.Fprintf(conn, "hello from go\n")
		line, err := bufio.NewReader(conn).ReadString('\n')
		check(err)
		fmt.Printf("%s resumed=%v\n", line[:len(line)-1], conn.ConnectionState().DidResume)
		conn.Close()
	}
}
