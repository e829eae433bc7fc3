using System;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;

/** Starts a program, connects, writes and warms its compiler up: what a function in C# does. */
public static class Shop {
    static long Work(long from) {
        long sum = from;
        for (int i = 0; i < 2000; i++) sum = sum * 31 + i % 7;
        return sum;
    }

    static string Started() {
        try {
            using (var process = Process.Start(new ProcessStartInfo("/bin/sh", "-c \"exit 3\""))) {
                process.WaitForExit();
                return process.ExitCode.ToString();
            }
        } catch (Exception refused) {
            return refused.GetType().Name;
        }
    }

    static string Connected() {
        try {
            using (new TcpClient("127.0.0.1", 9)) return "connected";
        } catch (SocketException refused) {
            return refused.SocketErrorCode.ToString();
        }
    }

    static string Written(string path) {
        try {
            File.WriteAllText(path, "order");
            return "written";
        } catch (Exception refused) {
            return refused.GetType().Name;
        }
    }

    public static void Main(string[] arguments) {
        long sum = 0;
        for (int i = 0; i < 20000; i++) sum += Work(i); // long enough to be compiled anew: executable memory
        Console.WriteLine(sum == 0 ? "?" : "compiled");
        Console.WriteLine("process " + Started());
        Console.WriteLine("socket " + Connected());
        Console.WriteLine("file " + Written(arguments[0]));
    }
}
