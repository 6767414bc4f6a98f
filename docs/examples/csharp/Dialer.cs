// A dialer in C#: it tells Callpop of one call, from the ring to the log.
//
//   Dialer ADAPTER ADDRESS HOME PLUGINS WORKER
//
// An adapter runs in WORKER, the program callpop-worker. The pages are printed instead of opened. It needs
// nothing that is not in every C#, and so has no JSON library: a text's members are asked for by name.

using System;
using System.Runtime.InteropServices;
using System.Text;

/// <summary>The functions of callpop.h that are needed here. Texts are UTF-8, with a NUL.</summary>
static class Native {
    // libcallpop.so.1 on Linux, callpop.dll on Windows.
    const string Library = "callpop";

    [StructLayout(LayoutKind.Sequential)]
    public struct Options {
        public UIntPtr Size;
        public IntPtr Home;
        public IntPtr PluginsFolders;
        public UIntPtr PluginsFolderCount;
        public IntPtr WorkerProgram;
        public IntPtr PolicyFile;
        public int Isolation;
        public int Require;
        public int Pages;
        public int Contacts;
        public int RequireSandbox;
        public uint PageDeadlineMs;
        public uint UnauthorizeDeadlineMs;
        public uint NotificationCount;
    }

    [DllImport(Library)] public static extern int callpop_host_create(ref Options options, out IntPtr host);
    [DllImport(Library)] public static extern int callpop_host_destroy(IntPtr host);
    [DllImport(Library)] public static extern int callpop_call(
        IntPtr host, byte[] method, byte[] parameters, UIntPtr length, out IntPtr text);
    [DllImport(Library)] public static extern int callpop_take_notification(
        IntPtr host, uint patience, out IntPtr text);
    [DllImport(Library)] public static extern int callpop_text_create_member(
        IntPtr text, byte[] pointer, out IntPtr member);
    [DllImport(Library)] public static extern IntPtr callpop_text_borrow_chars(IntPtr text);
    [DllImport(Library)] public static extern UIntPtr callpop_text_length(IntPtr text);
    [DllImport(Library)] public static extern int callpop_text_destroy(IntPtr text);
    [DllImport(Library)] public static extern IntPtr callpop_error_borrow_message();
}

class CallpopException : Exception {
    public CallpopException(string message) : base(message) { }
}

/// <summary>A text that Callpop has made.</summary>
sealed class Text : IDisposable {
    readonly IntPtr handle;

    public Text(IntPtr handle) { this.handle = handle; }

    public void Dispose() { Native.callpop_text_destroy(handle); }

    public override string ToString() {
        var bytes = new byte[(int)Native.callpop_text_length(handle)];
        Marshal.Copy(Native.callpop_text_borrow_chars(handle), bytes, 0, bytes.Length);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The member at a JSON pointer, or null.</summary>
    public string this[string pointer] {
        get {
            IntPtr member;
            if (Native.callpop_text_create_member(handle, Host.Utf8(pointer), out member) != 0) return null;
            using (var text = new Text(member)) return text.ToString();
        }
    }
}

/// <summary>A host, for the methods of docs/json-interface.md.</summary>
sealed class Host : IDisposable {
    readonly IntPtr handle;

    public Host(string home, string plugins, string worker) {
        var folder = GCHandle.Alloc(Utf8(plugins), GCHandleType.Pinned);
        var folders = GCHandle.Alloc(new[] { folder.AddrOfPinnedObject() }, GCHandleType.Pinned);
        var ofHome = GCHandle.Alloc(Utf8(home), GCHandleType.Pinned);
        var ofWorker = GCHandle.Alloc(Utf8(worker), GCHandleType.Pinned);
        try {
            var options = new Native.Options {
                Size = (UIntPtr)Marshal.SizeOf(typeof(Native.Options)),
                Home = ofHome.AddrOfPinnedObject(),
                PluginsFolders = folders.AddrOfPinnedObject(),
                PluginsFolderCount = (UIntPtr)1,
                WorkerProgram = ofWorker.AddrOfPinnedObject(),
                Pages = 1,
            };
            Check(Native.callpop_host_create(ref options, out handle));
        } finally {
            foreach (var pinned in new[] { folder, folders, ofHome, ofWorker }) pinned.Free();
        }
    }

    public void Dispose() { Native.callpop_host_destroy(handle); }

    public Text Call(string method, string parameters) {
        IntPtr text;
        var bytes = Encoding.UTF8.GetBytes(parameters);
        Check(Native.callpop_call(handle, Utf8(method), bytes, (UIntPtr)bytes.Length, out text));
        return new Text(text);
    }

    /// <summary>What the host has told; null if nothing is left.</summary>
    public Text TakeNotification() {
        IntPtr text;
        return Native.callpop_take_notification(handle, 0, out text) == 0 ? new Text(text) : null;
    }

    public static byte[] Utf8(string text) { return Encoding.UTF8.GetBytes(text + "\0"); }

    static void Check(int status) {
        if (status == 0) return;
        var chars = Native.callpop_error_borrow_message();
        var length = 0;
        while (Marshal.ReadByte(chars, length) != 0) length++;
        var bytes = new byte[length];
        Marshal.Copy(chars, bytes, 0, length);
        throw new CallpopException(Encoding.UTF8.GetString(bytes));
    }
}

static class Dialer {
    static int Main(string[] arguments) {
        string adapter = arguments[0], address = arguments[1];
        using (var host = new Host(arguments[2], arguments[3], arguments[4])) {
            using (var account = host.Call("connect",
                    "{\"adapter\":\"" + adapter + "\",\"host\":\"" + address + "\"}"))
                Console.WriteLine("connected to " + account["/hostname"]);

            host.Call("callEvent", @"{""event"":{""callId"":""call-1"",""direction"":""inbound"",
                ""state"":""ringing"",""from"":""+12025550123"",""matches"":{""" + adapter + @""":
                [{""id"":""7"",""name"":""Jo Doe"",""phone"":""+12025550123""}]}}}").Dispose();
            Text told;
            while ((told = host.TakeNotification()) != null)
                using (told)
                    if (told["/method"] == "callpop/openPage")
                        Console.WriteLine("open " + told["/params/url"]);

            var log = "{\"adapter\":\"" + adapter + "\",\"log\":{\"logId\":\"42\",\"contactId\":\"7\"}}";
            using (var opened = host.Call("openLogPage", log))
                Console.WriteLine("the log: " + opened["/opened/0/url"]);

            try {
                host.Call("logOut", "{\"adapter\":\"no-such-crm\"}").Dispose();
            } catch (CallpopException error) {
                Console.WriteLine("error: " + error.Message);
            }
            using (var left = host.Call("logOut", "{\"adapter\":\"" + adapter + "\"}"))
                Console.WriteLine("logged out of " + left["/forgotten/hostname"]);
        }
        return 0;
    }
}
