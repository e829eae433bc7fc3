import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A Java runtime: asks for events, calls App.handler, answers. Its client starts threads, as Lambda's does. */
public class Bootstrap {
    static final String ROOT =
        "http://" + System.getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation";

    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        while (true) {
            HttpRequest next = HttpRequest.newBuilder(URI.create(ROOT + "/next")).build();
            HttpResponse<String> event = client.send(next, HttpResponse.BodyHandlers.ofString());
            String id = event.headers().firstValue("lambda-runtime-aws-request-id").orElseThrow();
            String said;
            String kind = "response";
            try {
                said = App.handler(event.body());
            } catch (Exception error) {
                said = error.toString();
                kind = "error";
            }
            String body = '"' + said.replace("\\", "\\\\").replace("\"", "'").replace("\n", "\\n") + '"';
            client.send(HttpRequest.newBuilder(URI.create(ROOT + "/" + id + "/" + kind))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.discarding());
        }
    }
}
