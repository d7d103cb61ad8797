import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.KeyStore;
import javax.net.ssl.*;

/** The other end in Java: an echo server of lines, or a client that sends a line twice over two connections. */
public class Peer {
  public static void main(String[] args) throws Exception {
    String role = args[0];
    int port = Integer.parseInt(args[1]);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(Path.of(args[2]))) { keys.load(in, "secret".toCharArray()); }
    KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
    keyManagers.init(keys, "secret".toCharArray());
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null);
    var factory = java.security.cert.CertificateFactory.getInstance("X.509");
    try (InputStream in = Files.newInputStream(Path.of(args[3]))) { trust.setCertificateEntry("ca", factory.generateCertificate(in)); }
    TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
    trustManagers.init(trust);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    if (role.equals("server")) {
      SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port, 10, java.net.InetAddress.getByName("127.0.0.1"));
      if (args.length > 4) server.setNeedClientAuth(args[4].equals("require"));
      while (true) {
        SSLSocket socket = (SSLSocket) server.accept();
        new Thread(() -> {
          try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            String line = in.readLine();
            socket.getOutputStream().write((line + " " + socket.getSession().getProtocol() + "\n").getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            in.readLine();
          } catch (IOException e) { System.err.println(e); }
        }).start();
      }
    }
    for (int i = 0; i < 2; i++) {
      try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(java.util.List.of(new SNIHostName("localhost")));
        socket.setSSLParameters(parameters);
        socket.getOutputStream().write("hello from java\n".getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        System.out.println(new BufferedReader(new InputStreamReader(socket.getInputStream())).readLine());
      }
    }
  }
}
