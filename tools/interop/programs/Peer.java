import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.KeyStore;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.*;

/**
 * The other end in Java. FOLDER holds a KIND.p12 for each of KINDS.
 *
 * Peer FOLDER CA KINDS suites
 *   prints the cipher suites that Java has, one a line
 * Peer FOLDER CA KINDS server [want|require]
 *   prints its port; sends each line back with what was negotiated; renegotiates before it answers the line "renegotiate"
 * Peer FOLDER CA KINDS client
 *   for each line PORT PROTOCOL SUITE|* KIND|- [cached] [renegotiate] on its input connects once, sends a line, and prints
 *   what comes back. "cached" connections share their sessions; "renegotiate" does, and sends and prints another line.
 */
public class Peer {
  static String folder;
  static TrustManager[] trust;

  public static void main(String[] args) throws Exception {
    folder = args[0];
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null);
    var factory = java.security.cert.CertificateFactory.getInstance("X.509");
    try (InputStream in = Files.newInputStream(Path.of(args[1]))) { authorities.setCertificateEntry("ca", factory.generateCertificate(in)); }
    TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
    trustManagers.init(authorities);
    trust = trustManagers.getTrustManagers();
    String[] kinds = args[2].split(",");
    switch (args[3]) {
      case "suites" -> { for (String suite : context().getSupportedSSLParameters().getCipherSuites()) System.out.println(suite); }
      case "server" -> serve(kinds, args.length > 4 ? args[4] : "");
      default -> connect(kinds);
    }
  }

  /** A context with the keys of these kinds. */
  static SSLContext context(String... kinds) throws Exception {
    KeyStore all = KeyStore.getInstance("PKCS12");
    all.load(null);
    char[] password = "secret".toCharArray();
    for (String kind : kinds) {
      KeyStore one = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(Path.of(folder, kind + ".p12"))) { one.load(in, password); }
      String alias = one.aliases().nextElement();
      all.setKeyEntry(kind, one.getKey(alias, password), password, one.getCertificateChain(alias));
    }
    KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
    // With a builder PKIX chooses among several keys by what the peer can verify.
    keyManagers.init(new KeyStoreBuilderParameters(KeyStore.Builder.newInstance(all, new KeyStore.PasswordProtection(password))));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trust, null);
    return context;
  }

  static String describe(SSLSocket socket) {
    SSLSession session = socket.getSession();
    String peer = "-";
    try { peer = session.getPeerPrincipal().getName() + " " + session.getPeerCertificates()[0].getPublicKey().getAlgorithm(); }
    catch (SSLPeerUnverifiedException none) { }
    return session.getProtocol() + " " + session.getCipherSuite() + " " + peer;
  }

  static void send(SSLSocket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  static void serve(String[] kinds, String certificate) throws Exception {
    SSLServerSocket server = (SSLServerSocket) context(kinds).getServerSocketFactory()
        .createServerSocket(0, 100, java.net.InetAddress.getByName("127.0.0.1"));
    server.setEnabledProtocols(new String[] {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"});
    server.setEnabledCipherSuites(server.getSupportedCipherSuites());
    if (certificate.equals("want")) server.setWantClientAuth(true);
    if (certificate.equals("require")) server.setNeedClientAuth(true);
    System.out.println(server.getLocalPort());
    while (true) {
      SSLSocket socket = (SSLSocket) server.accept();
      new Thread(() -> {
        try (socket) {
          var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
          for (String line; (line = in.readLine()) != null; ) {
            if (line.equals("renegotiate")) socket.startHandshake();
            send(socket, line + " " + describe(socket));
          }
        } catch (IOException e) { System.err.println(e); }
      }).start();
    }
  }

  static void connect(String[] kinds) throws Exception {
    Map<String, SSLContext> cached = new ConcurrentHashMap<>();
    var commands = new BufferedReader(new InputStreamReader(System.in));
    for (String command; (command = commands.readLine()) != null; ) {
      List<String> words = List.of(command.split(" "));
      String kind = words.get(3);
      SSLContext context = words.contains("cached") ? cached.get(kind) : null;
      if (context == null) context = kind.equals("-") ? context() : context(kind);
      if (words.contains("cached")) cached.put(kind, context);
      try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", Integer.parseInt(words.get(0)))) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("localhost")));
        parameters.setProtocols(new String[] {words.get(1)});
        if (!words.get(2).equals("*")) parameters.setCipherSuites(new String[] {words.get(2)});
        socket.setSSLParameters(parameters);
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
        send(socket, "hello from java");
        System.out.println(in.readLine() + " " + describe(socket));
        if (words.contains("renegotiate")) {
          socket.startHandshake();
          send(socket, "hello again");
          System.out.println(in.readLine() + " " + describe(socket));
        }
      } catch (IOException e) { System.out.println("failed: " + e); }
    }
  }
}
