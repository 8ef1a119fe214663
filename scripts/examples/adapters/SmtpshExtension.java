import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit 5 extension: a mail server for each test, and the messages it received, as JSON for the library of your choice.
 *
 * <pre>
 * @RegisterExtension SmtpshExtension smtpsh = new SmtpshExtension();
 *
 * @Test void welcome() throws Exception {
 *     sendWelcome("ann@example.org", smtpsh.host(), smtpsh.port());
 *     assertTrue(smtpsh.messages(1).contains("\"ann@example.org\""));
 * }
 * </pre>
 *
 * The environment variable SMTPSH names the program. Options and scripts are passed on: new SmtpshExtension("--refuse", "rcpt:bob=550").
 */
public class SmtpshExtension implements BeforeEachCallback, AfterEachCallback {
	private final HttpClient client = HttpClient.newHttpClient();
	private final List<String> args;
	private Process process;
	private String where, url;

	public SmtpshExtension(String... args) {
		this.args = List.of(args);
	}

	@Override
	public void beforeEach(ExtensionContext context) throws IOException {
		String program = System.getenv().getOrDefault("SMTPSH", "smtpsh");
		List<String> command = new ArrayList<>(List.of(program, "serve", "--api", "127.0.0.1:0"));
		command.addAll(args);
		process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream()));
		where = said.readLine();
		url = said.readLine();
		if (url == null)
			throw new IOException("smtpsh serve did not start");
		where = where.substring(where.lastIndexOf(' ') + 1);
		url = url.substring(url.lastIndexOf(' ') + 1);
	}

	@Override
	public void afterEach(ExtensionContext context) throws InterruptedException {
		process.destroy();
		process.waitFor();
	}

	public String host() {
		return where.substring(0, where.lastIndexOf(':'));
	}

	public int port() {
		return Integer.parseInt(where.substring(where.lastIndexOf(':') + 1));
	}

	/** What came, once there are so many messages or after ten seconds; each has from, recipients, headers, body ... */
	public String messages(int wait) throws IOException, InterruptedException {
		return ask(HttpRequest.newBuilder(URI.create(url + "?timeout=10s&wait=" + wait)).build());
	}

	public void clear() throws IOException, InterruptedException {
		ask(HttpRequest.newBuilder(URI.create(url)).DELETE().build());
	}

	private String ask(HttpRequest request) throws IOException, InterruptedException {
		return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
	}
}
