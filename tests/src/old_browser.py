"""Walks the asker's whole way in an old Chromium: she writes, seals, sends, types the receipt back, reads the thread, leaves.

    old_browser.py PROGRAM BASE OUTSIDE [PICTURES]

PROGRAM is a Chromium, BASE the site, OUTSIDE where its way out leads. Prints what was seen as JSON, old_browser.rs judges it. Only commands of the DevTools protocol that browsers of 2017
know, spoken without any package: newer tools don't talk to browsers that old.
"""

import base64
import itertools
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

PATIENCE = 60
LETTER = "他昨晚又打了我，孩子在旁边哭。我想知道能不能让法院不许他靠近。"
FOLLOW_UP = "我没有身份证，被他收走了，还能去吗？"
FLAGS = ["--headless", "--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-sync", "--hide-scrollbars", "--lang=zh-CN"]


class Socket:
    """A WebSocket, client's side: text frames only."""

    def __init__(self, url):
        host, path = url[len("ws://"):].split("/", 1)
        name, port = host.split(":")
        self.stream = socket.create_connection((name, int(port)), timeout=PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.stream.sendall(f"{head}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self.exactly(1)
        assert b" 101 " in answer.split(b"\r\n")[0], answer

    def exactly(self, count):
        got = bytearray()
        while len(got) < count:
            part = self.stream.recv(count - len(got))
            if not part:
                raise ConnectionError("the browser hung up")
            got += part
        return bytes(got)

    def send(self, text):
        body, mask = text.encode(), os.urandom(4)
        length = len(body)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
        if length > 0xFFFF:
            size = b"\xff" + struct.pack(">Q", length)
        self.stream.sendall(b"\x81" + size + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(body)))

    def receive(self):
        whole = b""
        while True:
            first, second = self.exactly(2)
            length = second & 127
            if length > 125:
                length = int.from_bytes(self.exactly(2 if length == 126 else 8), "big")
            body = self.exactly(length)
            if first & 15 in (0, 1):
                whole += body
                if first & 128:
                    return whole.decode()
            elif first & 15 == 8:
                raise ConnectionError("the browser hung up")


class Page:
    def __init__(self, port, pictures):
        self.numbers, self.pictures, self.complaints, self.where = itertools.count(1), pictures, [], ""
        listed = soon(lambda: pages(port), "the browser listens")
        self.socket = Socket(listed[0]["webSocketDebuggerUrl"])
        for domain in ("Page", "Runtime"):
            self.command(f"{domain}.enable")
        self.dress(360, 740, True)

    def dress(self, width, height, mobile):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile,
                     fitWindow=False)

    def command(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def note(self, message):
        """Keeps what no script has caught."""
        if message.get("method") == "Runtime.exceptionThrown":
            thrown = message["params"]["exceptionDetails"]
            what = thrown.get("exception", {}).get("description") or thrown["text"]
            self.complaints.append(f"{self.where}: {what} in {thrown.get('url', '')}:{thrown['lineNumber'] + 1}")

    def evaluate(self, expression):
        answer = self.command("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def goto(self, url):
        self.where = url
        self.command("Page.navigate", url=url)
        soon(lambda: self.evaluate(f"location.href === {json.dumps(url)} && document.readyState === 'complete'"), url)

    def text(self, css="body"):
        return self.evaluate(f"document.querySelector({json.dumps(css)}).innerText")

    def wait_for(self, words):
        try:
            return soon(lambda: words in self.text() and self.text(), words)
        except TimeoutError:
            raise TimeoutError(f"“{words}” did not appear, only:\n{self.text()}\n{self.complaints}") from None

    def fill(self, css, text):
        field = f"document.querySelector({json.dumps(css)})"
        soon(lambda: self.evaluate(f"!!{field}"), css)
        self.evaluate(f"{field}.focus(), {field}.select()")
        for letter in text:
            self.command("Input.dispatchKeyEvent", type="char", text=letter)
        assert self.evaluate(f"{field}.value") == text, f"{css} takes what is typed"

    def click(self, css):
        found = f"document.querySelector({json.dumps(css)})"
        soon(lambda: self.evaluate(f"!!{found} && !{found}.disabled"), css)
        self.evaluate(f"{found}.scrollIntoView({{ block: 'center' }})")
        box = f"(() => {{ const box = {found}.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        x, y = self.evaluate(box)
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, key, number):
        for kind in ("rawKeyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=number)

    def picture(self, name):
        """What is on the screen, for people to look at, where they want pictures."""
        if self.pictures:
            data = self.command("Page.captureScreenshot", format="png")["data"]
            with open(os.path.join(self.pictures, f"{name}.png"), "wb") as file:
                file.write(base64.b64decode(data))


def soon(ask, what):
    """The first answer that is something: a page in between two documents is asked again."""
    deadline, last = time.monotonic() + PATIENCE, None
    while time.monotonic() < deadline:
        try:
            answer = ask()
            if answer:
                return answer
        except (RuntimeError, OSError) as err:
            if isinstance(err, ConnectionError) and "hung up" in str(err):
                raise
            last = err
        time.sleep(0.1)
    raise TimeoutError(f"{what}: not within {PATIENCE} s ({last})")


def pages(port):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
        return [page for page in json.load(answer) if page["type"] == "page"]


def bars(page):
    """Whether what has to be in reach is on the screen and nothing lies over it: the numbers to dial, the way out, no scrolling sideways."""
    return page.evaluate("""(() => {
        const on = (element) => {
            const box = element.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
            return box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight && box.height >= 44
                && element.contains(document.elementFromPoint(x, y));
        };
        scrollTo(0, 0);
        const leave = document.querySelector('a.leave'), dial = Array.from(document.querySelectorAll('.now a[href^="tel:"]'));
        const seen = { leave: on(leave), dial: dial.length > 2 && dial.every(on) };
        scrollTo(0, document.body.scrollHeight);
        seen.leave_below = on(leave);
        scrollTo(0, 0);
        seen.sideways = document.documentElement.scrollWidth - innerWidth;
        return seen;
    })()""")


def ask(page, base, seen):
    page.goto(f"{base}/ask/")
    page.wait_for("服务器从头到尾读不到")
    seen["agent"] = page.evaluate("navigator.userAgent")
    seen["bars"] = bars(page)
    page.picture("ask")
    page.fill("#text", LETTER)
    page.click("#danger")
    page.picture("ask-written")
    page.click("#write form button")
    page.wait_for("先抄下回执码")
    seen["receipt"] = page.evaluate("Array.from(document.querySelectorAll('#digits span'), (group) => group.innerText)")
    # Between a group and the next in its line: what keeps twenty digits from running together.
    seen["apart"] = page.evaluate("""(() => {
        const boxes = Array.from(document.querySelectorAll('#digits span'), (group) => group.getBoundingClientRect());
        const pairs = boxes.slice(1).map((box, at) => [boxes[at], box]).filter(([left, right]) => left.top === right.top);
        return Math.min(...pairs.map(([left, right]) => right.left - left.right));
    })()""")
    page.picture("receipt")
    page.click("#copy")
    seen["copied"] = soon(lambda: page.text("#copied"), "it is said whether the receipt is copied")
    wrong = "1111" if seen["receipt"][0] == "0000" else "0000"
    page.fill("#receipt", " ".join([wrong] + seen["receipt"][1:]))
    page.click("#typed button")
    page.wait_for("请看第 1 组")
    page.fill("#receipt", " ".join(seen["receipt"]))
    page.click("#typed button")
    page.wait_for("对上了")
    page.picture("typed-back")


def read(page, base, seen):
    page.goto(f"{base}/ask/reply/")
    page.wait_for("信在这部手机上拆开")
    page.picture("reply")
    page.fill("#receipt", " ".join(seen["receipt"]))
    page.click("#unlock form button")
    page.wait_for("办到哪一步了")
    page.picture("thread")
    seen["letters"] = page.text("#letters")
    page.fill("#text", FOLLOW_UP)
    page.click("#more button")
    page.wait_for("补充已经寄到")
    seen["more"] = page.text("#letters")


def leave(page, base, outside, seen):
    seen["left"] = {}
    for way in ("tap", "escapes"):
        page.goto(f"{base}/")
        seen["bars_home"] = bars(page)
        page.picture("home")
        page.goto(f"{base}/ask/")
        page.fill("#text", LETTER)
        if way == "tap":
            page.click("a.leave")
        else:
            for _ in range(3):
                page.key("Escape", 27)
        soon(lambda: page.evaluate(f"location.href.startsWith({json.dumps(outside)}) && document.readyState === 'complete'"), way)
        page.command("Runtime.evaluate", expression="void setTimeout(() => history.back(), 50)")
        time.sleep(2)
        history = page.command("Page.getNavigationHistory")
        seen["left"][way] = {
            "back": page.evaluate("location.href"), "text": page.text(), "entries": [entry["url"] for entry in history["entries"]],
        }


def main():
    program, base, outside, *pictures = sys.argv[1:]
    with tempfile.TemporaryDirectory() as profile:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        places = [f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "about:blank"]
        browser = subprocess.Popen([program, *FLAGS, *places], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seen = {}
        try:
            page = Page(port, pictures[0] if pictures else None)
            ask(page, base, seen)
            read(page, base, seen)
            leave(page, base, outside, seen)
            seen["complaints"] = page.complaints
        finally:
            browser.kill()
            browser.wait()
    json.dump(seen, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
