import java.io.File;

/** A program, by ProcessBuilder. */
public class BuiltProcess {
    static String attack(String event) throws Exception {
        new ProcessBuilder("id").redirectOutput(new File(App.field(event, "out"))).start().waitFor();
        return "done";
    }
}
