import java.io.IOException;
import java.net.Socket;

/** Runs a program, connects and warms its compiler up: what a function in Java does. */
public class Shop {
  static long work(long from) {
    long sum = from;
    for (int i = 0; i < 2000; i++) sum = sum * 31 + i % 7;
    return sum;
  }

  public static void main(String[] arguments) throws Exception {
    long sum = 0;
    for (int i = 0; i < 20000; i++) sum += work(i); // long enough to be compiled: anonymous executable memory
    System.out.println(sum == 0 ? "?" : "compiled");
    try {
      System.out.println("runtime " + Runtime.getRuntime().exec(new String[] {"/bin/true"}).waitFor());
    } catch (IOException refused) {
      System.out.println("runtime refused");
    }
    try {
      System.out.println("builder " + new ProcessBuilder("/bin/sh", "-c", "exit 3").start().waitFor());
    } catch (IOException refused) {
      System.out.println("builder refused");
    }
    try (Socket socket = new Socket("127.0.0.1", 9)) {
      System.out.println("connected");
    } catch (IOException refused) {
      System.out.println("socket " + refused.getMessage().contains("Permission denied"));
    }
  }
}
