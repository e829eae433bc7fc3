/** Shell metacharacters in an event, by Runtime.exec. */
public class RuntimeExec {
    static String attack(String event) throws Exception {
        String[] command = {"sh", "-c", "echo invoice for " + App.field(event, "name")};
        Process process = Runtime.getRuntime().exec(command);
        return new String(process.getInputStream().readAllBytes());
    }
}
