// The other end in Go. FOLDER holds a KIND.pem and a KIND.key for each of KINDS.
//
//	go-peer FOLDER CA KINDS suites
//	  prints the numbers of the cipher suites that Go has up to TLS 1.2, one a line
//	go-peer FOLDER CA KINDS server [want|require] [p384]
//	  prints its port, and sends each line back with what was negotiated
//	go-peer FOLDER CA KINDS client
//	  for each line PORT PROTOCOL SUITE|* KIND|- [cached] on its input connects once, sends a line, and prints what comes
//	  back. "cached" connections share their sessions; any of them renegotiates when the server wants to.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

var versions = map[string]uint16{"TLSv1": tls.VersionTLS10, "TLSv1.1": tls.VersionTLS11, "TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Every suite of Go, the insecure ones too.
func suites() (ids []uint16) {
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if slices.Contains(suite.SupportedVersions, tls.VersionTLS12) {
			ids = append(ids, suite.ID)
		}
	}
	return ids
}

func pairs(folder string, kinds []string) (certificates []tls.Certificate) {
	for _, kind := range kinds {
		pair, err := tls.LoadX509KeyPair(filepath.Join(folder, kind+".pem"), filepath.Join(folder, kind+".key"))
		check(err)
		certificates = append(certificates, pair)
	}
	return certificates
}

func describe(conn *tls.Conn) string {
	state := conn.ConnectionState()
	peer := "-"
	if len(state.PeerCertificates) > 0 {
		peer = state.PeerCertificates[0].Subject.String() + " " + state.PeerCertificates[0].PublicKeyAlgorithm.String()
	}
	return fmt.Sprintf("%s %s %s resumed=%v", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite), peer, state.DidResume)
}

func main() {
	folder, caFile, kinds, role, options := os.Args[1], os.Args[2], strings.Split(os.Args[3], ","), os.Args[4], os.Args[5:]
	pem, err := os.ReadFile(caFile)
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: roots, ClientCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS10, CipherSuites: suites()}
	switch role {
	case "suites":
		for _, id := range suites() {
			fmt.Println(id)
		}
	case "server":
		config.Certificates = pairs(folder, kinds)
		if slices.Contains(options, "want") {
			config.ClientAuth = tls.VerifyClientCertIfGiven
		}
		if slices.Contains(options, "require") {
			config.ClientAuth = tls.RequireAndVerifyClientCert
		}
		if slices.Contains(options, "p384") {
			config.CurvePreferences = []tls.CurveID{tls.CurveP384}
		}
		serve(config)
	default:
		connect(config, folder)
	}
}

func serve(config *tls.Config) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		raw, err := listener.Accept()
		check(err)
		go func() {
			conn := tls.Server(raw, config)
			defer conn.Close()
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				fmt.Fprintf(conn, "%s %s\n", lines.Text(), describe(conn))
			}
		}()
	}
}

func connect(base *tls.Config, folder string) {
	sessions := tls.NewLRUClientSessionCache(64)
	for commands := bufio.NewScanner(os.Stdin); commands.Scan(); {
		words := strings.Split(commands.Text(), " ")
		config := base.Clone()
		config.MinVersion, config.MaxVersion = versions[words[1]], versions[words[1]]
		config.Renegotiation = tls.RenegotiateFreelyAsClient
		if words[2] != "*" {
			id, err := strconv.ParseUint(words[2], 10, 16)
			check(err)
			config.CipherSuites = []uint16{uint16(id)}
		}
		if words[3] != "-" {
			config.Certificates = pairs(folder, words[3:4])
		}
		if slices.Contains(words, "cached") {
			config.ClientSessionCache = sessions
		}
		conn, err := tls.Dial("tcp", "127.0.0.1:"+words[0], config)
		if err != nil {
			fmt.Println("failed:", err)
			continue
		}
		fmt.Fprintf(conn, "hello from go\n")
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			fmt.Println("failed:", err)
		} else {
			fmt.Printf("%s %s\n", strings.TrimSpace(line), describe(conn))
		}
		conn.Close()
	}
}
